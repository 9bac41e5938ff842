/**
 * One UDP socket for one exchange. It is neither bound nor connected: the kernel gives it a random port of the ephemeral
 * range with the first packet (RFC 9109; 28,232 ports on a stock Linux, drawn evenly and independently: 14.8 bits beside
 * the 64 of the nonce), and a reply from a wrong address is seen and refused by name instead of vanishing.
 */
import { AF, type Libc, SO, SOCK, SOL, STAMPING } from '../libc.ts'

export interface OpenedSocket {
  readonly fd: number
  /** The kernel stamps what passes. */
  readonly stamped: boolean
}

/** An errno name when the kernel gives no socket. */
export function openSocket(libc: Libc, family: number): OpenedSocket | string {
  const fd = libc.socket(family, SOCK.dgram | SOCK.nonblock | SOCK.cloexec, 0)
  if (fd < 0) return libc.errno()
  if (family === AF.inet) setOption(libc, fd, SOL.ip, SO.ipRecverr, 1)
  else {
    setOption(libc, fd, SOL.ipv6, SO.ipv6Only, 1)
    setOption(libc, fd, SOL.ipv6, SO.ipv6Recverr, 1)
  }
  return { fd, stamped: stamp(libc, fd, STAMPING.txSoftware | STAMPING.rxSoftware) }
}

/**
 * The kernel stamps arriving packets only while some socket wants it, and switches that on with a delay that a fast reply
 * can beat. One idle socket that always wants it keeps the switch on. Undefined when this kernel cannot stamp.
 */
export function keepStampingOn(libc: Libc): { close(): void } | undefined {
  const fd = libc.socket(AF.inet, SOCK.dgram | SOCK.cloexec, 0)
  if (fd < 0) return undefined
  if (stamp(libc, fd, STAMPING.rxSoftware)) return { close: () => void libc.close(fd) }
  libc.close(fd)
  return undefined
}

/** `optTsonly`: the report of a sent packet comes without a copy of the packet, as unprivileged programs must ask. */
const stamp = (libc: Libc, fd: number, what: number): boolean =>
  setOption(libc, fd, SOL.socket, SO.timestamping, what | STAMPING.software | STAMPING.optTsonly)

export function setOption(libc: Libc, fd: number, level: number, option: number, to: number): boolean {
  const { address, view } = libc.buffer('socket option', 4)
  view.setUint32(0, to, true)
  return libc.setsockopt(fd, level, option, address, 4) === 0
}
