/**
 * `struct sockaddr_in` (16 bytes) and `struct sockaddr_in6` (28 bytes): family in host order, port in network order,
 * then the address; for IPv6 a flow label before and the interface behind it.
 */
import type { Endpoint } from '#core/ntp/endpoint.ts'
import { AF } from '../libc.ts'
import { formatAddress, parseAddress } from './address.ts'

/** How interfaces are looked up; 0 and undefined mean that there is none. */
export interface Interfaces {
  interfaceIndex(name: string): number
  interfaceName(index: number): string | undefined
}

export const SOCKADDR_SIZE = 28

/** Undefined when the endpoint is not a numeric address with a port, or names an interface that does not exist. */
export function encodeSockaddr({ address, port }: Endpoint, interfaces: Interfaces): Uint8Array | undefined {
  const parsed = parseAddress(address)
  if (!parsed || !Number.isInteger(port) || port < 1 || port > 65535) return undefined
  const v4 = parsed.bytes.length === 4
  const bytes = new Uint8Array(v4 ? 16 : SOCKADDR_SIZE)
  bytes[0] = v4 ? AF.inet : AF.inet6
  bytes[2] = port >> 8
  bytes[3] = port & 0xff
  bytes.set(parsed.bytes, v4 ? 4 : 8)
  if (parsed.zone !== undefined) {
    const index = zoneIndex(parsed.zone, interfaces)
    if (index === 0) return undefined
    new DataView(bytes.buffer).setUint32(24, index, true)
  }
  return bytes
}

export function decodeSockaddr(bytes: Uint8Array, interfaces: Interfaces): Endpoint {
  const port = (bytes[2]! << 8) | bytes[3]!
  if (bytes[0] === AF.inet)
    return { address: formatAddress({ bytes: bytes.slice(4, 8), zone: undefined }), port }
  const index = new DataView(bytes.buffer, bytes.byteOffset).getUint32(24, true)
  const zone = index === 0 ? undefined : (interfaces.interfaceName(index) ?? String(index))
  return { address: formatAddress({ bytes: bytes.slice(8, 24), zone }), port }
}

const zoneIndex = (zone: string, interfaces: Interfaces): number =>
  /^\d{1,9}$/.test(zone) ? Number(zone) : interfaces.interfaceIndex(zone)
