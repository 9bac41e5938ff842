/** One request to a responder, in worlds where requests come one by one and their times are exact. */
import type { Endpoint } from '#core/ntp/endpoint.ts'
import { kernelTime } from '#core/ntp/reply.ts'
import type { Responder } from '#core/ntp/responder.ts'
import type { Reading } from '#core/time/instant.ts'

export function answerWith(
  responder: Responder,
  request: Uint8Array,
  from: Endpoint,
  { received, leaving }: { readonly received: Reading; readonly leaving: Reading },
): Uint8Array | undefined {
  const bytes = Uint8Array.from(request)
  const address = addressBytes(from.address)
  const length = responder.arrive({
    bytes,
    at: 0,
    length: bytes.length,
    address,
    addressAt: 0,
    addressLength: address.length,
    port: from.port,
    ...kernelTime(received.wall),
    now: Number(received.monotonic) / 1e9,
  })
  if (length === 0) return undefined
  const { seconds, nanoseconds } = kernelTime(leaving.wall)
  responder.leave(bytes, 0, seconds, nanoseconds)
  return bytes.subarray(0, length)
}

/** Addresses of simulated worlds are IPv4. */
const addressBytes = (text: string): Uint8Array => Uint8Array.from(text.split('.'), Number)
