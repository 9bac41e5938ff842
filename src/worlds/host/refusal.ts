/** What an error of the operating system means to somebody who wanted to send a datagram. */
import type { SendRefusal } from '#core/agent/event.ts'

/** EPERM comes from a packet filter of this machine, EACCES from one on the way (IPv6) or from a broadcast address. */
const NAMES: Readonly<Record<string, SendRefusal>> = {
  ECONNREFUSED: 'connection-refused',
  ENETUNREACH: 'network-unreachable',
  EHOSTUNREACH: 'network-unreachable',
  ENETDOWN: 'network-unreachable',
  EHOSTDOWN: 'network-unreachable',
  ENONET: 'network-unreachable',
  EADDRNOTAVAIL: 'network-unreachable',
  EAFNOSUPPORT: 'network-unreachable',
  EPERM: 'not-permitted',
  EACCES: 'not-permitted',
}

export const refusalOf = (errno: string): SendRefusal => NAMES[errno] ?? 'send-failed'
