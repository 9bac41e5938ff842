/**
 * Whoever answers requests in the place where they lie. A world calls it for each datagram that came to an address at
 * which it listens, and again when the reply is about to leave. Both calls return at once, build nothing and ask for
 * nothing: a server under load costs the agent nothing but their time.
 */
export interface Responder {
  /** Writes the reply over the request, all but when it leaves; its length, or 0 when there is none. */
  arrive(visit: Visit): number
  /** Writes when the reply at `at` leaves: seconds since 1970 modulo 2^32, and nanoseconds, of the clock that is served. */
  leave(bytes: Uint8Array, at: number, seconds: number, nanoseconds: number): void
  /** A datagram that the world itself would not hand on: it was cut off, or had waited too long. */
  drop(why: 'too-long' | 'stale'): void
}

/** A request and how it came. Belongs to the world, which uses the same one again. */
export interface Visit {
  /** The request lies here from `at` on. */
  bytes: Uint8Array
  at: number
  length: number
  /** The sender's address lies here from `addressAt` on: four or sixteen bytes. */
  address: Uint8Array
  addressAt: number
  addressLength: number
  port: number
  /** When it came, by the clock that is served. */
  seconds: number
  nanoseconds: number
  /** When it is handed on, by the counter, in seconds. */
  now: number
}
