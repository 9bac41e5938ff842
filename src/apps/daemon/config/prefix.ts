/** Address prefixes as people write them: `192.0.2.0/24`, `2001:db8::/32`, or an address alone. */
import type { Prefix } from '#core/ntp/access.ts'
import { parseAddress } from '#worlds/host/address.ts'

/** Undefined when the text is none. Bits beyond the prefix do not count. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, address, length] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const bytes = address === undefined ? undefined : parseAddress(address)?.bytes
  if (!bytes) return undefined
  const bits = length === undefined ? 8 * bytes.length : Number(length)
  return bits <= 8 * bytes.length ? { bytes: Uint8Array.from(bytes), bits } : undefined
}
