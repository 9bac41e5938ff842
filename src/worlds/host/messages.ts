/**
 * Receiving from a socket: the datagram, who sent it, and what the kernel says beside it (control messages): when it
 * passed, or why it did not. One `struct msghdr` with its buffers serves every socket of the process, so whatever is
 * to be kept must be copied out before the next call.
 */

import { LONGEST_PACKET } from '#core/ntp/packet.ts'
import { type Libc, MSG, ORIGIN, SO, SOL } from '../libc.ts'
import { SOCKADDR_SIZE } from './sockaddr.ts'

export interface Messages {
  /** The length of the datagram that came, or -1: see `errno`. */
  receive(fd: number): number
  /** Takes one report from the error queue; false when there is none. */
  receiveError(fd: number): boolean
  /** A copy of the datagram that came last. */
  payload(length: number): Uint8Array
  /** The address that it came from; a view, valid until the next call. */
  readonly name: Uint8Array
  /** CLOCK_REALTIME when the last one passed, in ns; undefined when the kernel did not stamp it. */
  stamp(): bigint | undefined
  /** The errno that the network reported, 0 when the last report was no such thing. */
  networkError(): number
  send(fd: number, bytes: Uint8Array, to: Uint8Array): number
}

/** Of what is longer, so much is delivered that it is refused as too long. */
export const MAX_DATAGRAM = LONGEST_PACKET + 4

const HEADER = 0
const VECTOR = 64
const NAME = 96
const CONTROL = 128
const CONTROL_SIZE = 512
const PAYLOAD = 1024

/** Offsets in `struct msghdr`. */
const NAME_LENGTH = 8
const CONTROL_LENGTH = 40

export function openMessages(libc: Libc): Messages {
  const { address, bytes, view } = libc.buffer('message', PAYLOAD + MAX_DATAGRAM)
  const name = bytes.subarray(NAME, NAME + SOCKADDR_SIZE)
  let stamp: bigint | undefined
  let networkError = 0

  const pointer = (at: number, to: number) => view.setBigUint64(at, BigInt(to), true)
  pointer(HEADER, address + NAME)
  pointer(HEADER + 16, address + VECTOR)
  pointer(HEADER + 24, 1)
  pointer(HEADER + 32, address + CONTROL)
  pointer(VECTOR, address + PAYLOAD)
  pointer(VECTOR + 8, MAX_DATAGRAM)

  function take(fd: number, flags: number): number {
    stamp = undefined
    networkError = 0
    view.setUint32(NAME_LENGTH, SOCKADDR_SIZE, true)
    view.setUint32(CONTROL_LENGTH, CONTROL_SIZE, true)
    const length = libc.recvmsg(fd, address, flags)
    if (length >= 0) readControl(Math.min(CONTROL_SIZE, view.getUint32(CONTROL_LENGTH, true)))
    return length
  }

  /** struct cmsghdr: length (8 bytes, counted with this header), level, type, data; each begins at a multiple of 8. */
  function readControl(size: number): void {
    let at = CONTROL
    const end = CONTROL + size
    while (at + 16 <= end) {
      const length = view.getUint32(at, true)
      if (length < 16 || at + length > end) return
      readOne(view.getInt32(at + 8, true), view.getInt32(at + 12, true), at + 16, length - 16)
      at += (length + 7) & ~7
    }
  }

  function readOne(level: number, type: number, data: number, size: number): void {
    if (level === SOL.socket && type === SO.timestamping && size >= 16) {
      const seconds = view.getBigInt64(data, true)
      const ns = seconds * 1_000_000_000n + view.getBigInt64(data + 8, true)
      // All zero: stamped by nobody. It happens to the first packets after stamping was switched on.
      if (ns !== 0n) stamp = ns
    } else if (isNetworkReport(level, type) && size >= 16) {
      const origin = view.getUint8(data + 4)
      if (origin !== ORIGIN.timestamping) networkError = view.getUint32(data, true)
    }
  }

  return {
    name,
    receive: fd => take(fd, MSG.dontwait),
    receiveError: fd => take(fd, MSG.dontwait | MSG.errqueue) >= 0,
    payload: length => bytes.slice(PAYLOAD, PAYLOAD + length),
    stamp: () => stamp,
    networkError: () => networkError,
    send(fd, payload, to) {
      bytes.set(payload, PAYLOAD)
      bytes.set(to, NAME)
      return libc.sendto(fd, address + PAYLOAD, payload.length, MSG.dontwait, address + NAME, to.length)
    },
  }
}

/** struct sock_extended_err follows: errno, then its origin. */
const isNetworkReport = (level: number, type: number) =>
  (level === SOL.ip && type === SO.ipRecverr) || (level === SOL.ipv6 && type === SO.ipv6Recverr)
