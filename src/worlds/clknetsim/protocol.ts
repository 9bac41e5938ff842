/**
 * What a node says to clknetsim, and what it hears: messages over a SOCK_SEQPACKET socket, one request at a time, each
 * answered before the next is sent (some have no answer). Everything is little endian. Between two `select`s no
 * simulated time passes.
 *
 * The simulator ends itself at the first malformed request, so sizes are asserted here.
 */
import { strict as assert } from 'node:assert'
import { readSync, writeSync } from 'node:fs'
import type { Seconds } from '#core/time/units.ts'
import { encodeTimex, TIMEX_SIZE, type Timex } from '../timex.ts'

/** What the clocks of this node say, in seconds since the start; only `network` is true. */
export interface Times {
  readonly real: Seconds
  readonly monotonic: Seconds
  readonly raw: Seconds
  /** True time: for whoever keeps the score, never for the agent. */
  readonly network: Seconds
  /** How much faster than true time `real` runs, corrections included. */
  readonly frequencyError: number
}

/** Nodes are numbered from zero here; their addresses from one. */
export interface Datagram {
  readonly subnet: number
  readonly node: number
  readonly sourcePort: number
  readonly destinationPort: number
  readonly bytes: Uint8Array
}

export type Selected = { readonly kind: 'timeout' | 'packet' | 'over'; readonly times: Times }

/** One message out, one in; a reply has `expected` bytes at least. */
export interface Wire {
  write(message: Uint8Array): void
  read(into: Uint8Array): number
  close(): void
}

const REGISTER = 1
const GETTIME = 2
const ADJTIMEX = 4
const SELECT = 6
const SEND = 7
const RECV = 8
const DEREGISTER = 11

const HEADER = 8
const TIMES_SIZE = 40
const SELECTED_SIZE = 64
const PACKET_HEADER = 24
const MOST_DATA = 4000
const UDP = 1
const NO_CLOCK_STATE = -1

export class Protocol {
  readonly #wire: Wire
  readonly #out = new Uint8Array(HEADER + PACKET_HEADER + MOST_DATA)
  readonly #outView = new DataView(this.#out.buffer)
  readonly #in = new Uint8Array(PACKET_HEADER + MOST_DATA)
  readonly #inView = new DataView(this.#in.buffer)

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /** Returns when the simulation has begun. `node` counts from zero. */
  register(node: number): void {
    this.#outView.setUint32(HEADER, node, true)
    this.#send(REGISTER, 4)
    this.#receive(8)
  }

  times(): Times {
    this.#outView.setUint32(HEADER, 0, true)
    this.#send(GETTIME, 4)
    this.#receive(TIMES_SIZE)
    return this.#times(0)
  }

  adjust(timex: Timex): void {
    this.#outView.setUint32(HEADER, 0, true)
    this.#outView.setUint32(HEADER + 4, 0, true)
    encodeTimex(timex, this.#outView, HEADER + 8)
    this.#send(ADJTIMEX, 8 + TIMEX_SIZE)
    this.#receive(8 + TIMEX_SIZE)
    assert.notEqual(this.#inView.getInt32(0, true), NO_CLOCK_STATE, `adjtimex refused modes ${timex.modes}`)
  }

  /** Sleeps until `timeout` has passed on this node's slewed clock, or until a packet waits. */
  select(timeout: Seconds): Selected {
    this.#outView.setFloat64(HEADER, timeout, true)
    this.#outView.setInt32(HEADER + 8, 1, true)
    this.#outView.setInt32(HEADER + 12, 0, true)
    this.#send(SELECT, 16)
    this.#receive(SELECTED_SIZE)
    const answer = this.#inView.getInt32(0, true)
    const kind = answer === 0 ? 'timeout' : answer === 3 ? 'over' : 'packet'
    return { kind, times: this.#times(24) }
  }

  send({ subnet, node, sourcePort, destinationPort, bytes }: Datagram): void {
    assert(bytes.length <= MOST_DATA, `a datagram of ${bytes.length} bytes`)
    const fields = [UDP, subnet, node, sourcePort, destinationPort, bytes.length]
    fields.forEach((field, i) => {
      this.#outView.setUint32(HEADER + 4 * i, field, true)
    })
    this.#out.set(bytes, HEADER + PACKET_HEADER)
    this.#send(SEND, PACKET_HEADER + bytes.length)
  }

  /** The oldest packet that waits. */
  receive(): Datagram | undefined {
    this.#send(RECV, 0)
    this.#receive(PACKET_HEADER)
    const [type, subnet, node, sourcePort, destinationPort, length] = Array.from({ length: 6 }, (_, i) =>
      this.#inView.getUint32(4 * i, true),
    ) as [number, number, number, number, number, number]
    if (type !== UDP) return undefined
    const bytes = this.#in.slice(PACKET_HEADER, PACKET_HEADER + length)
    return { subnet, node, sourcePort, destinationPort, bytes }
  }

  /** The simulation may go on without this node. */
  leave(): void {
    this.#send(DEREGISTER, 0)
    this.#wire.close()
  }

  #times(at: number): Times {
    const seconds = (i: number) => this.#inView.getFloat64(at + 8 * i, true)
    return {
      real: seconds(0),
      monotonic: seconds(1),
      raw: seconds(2),
      network: seconds(3),
      frequencyError: seconds(4),
    }
  }

  #send(request: number, size: number): void {
    this.#outView.setInt32(0, request, true)
    this.#outView.setInt32(4, 0, true)
    this.#wire.write(this.#out.subarray(0, HEADER + size))
  }

  #receive(expected: number): void {
    const size = this.#wire.read(this.#in)
    assert(size >= expected, `clknetsim answered ${size} bytes instead of ${expected}: has it ended?`)
  }
}

/** A connected, blocking socket that somebody else opened: Node itself cannot open one of this type. */
export function descriptorWire(fd: number, close: () => void): Wire {
  return {
    write: message => assert.equal(writeSync(fd, message), message.length),
    read: into => readSync(fd, into),
    close,
  }
}
