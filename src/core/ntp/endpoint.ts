/** Where packets go, and by which of our sockets. */

/** An address as text without brackets, zone included (`fe80::1%eth0`), and a UDP port. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** One socket for one exchange: its source port is fresh and random (RFC 9109). Numbers are never used again. */
export type Flow = number

/** Needs no resolving. An IPv4 address may have fewer than four numbers, as for `inet_aton`. */
export const isNumeric = (address: string): boolean => NUMERIC.test(address)

const NUMERIC = /^(?:\d+(?:\.\d+){0,3}|[\da-f:]*:[\da-f:.]*(?:%.+)?)$/i
