/**
 * Reference identifiers (RFC 5905, section 7.3): four bytes that mean a clock's name at stratum 1, a kiss code at
 * stratum 0, and from stratum 2 on the IPv4 address of the upstream (or four bytes of a hash of its IPv6 address).
 * They come from strangers: whatever is not printable ASCII is shown in hexadecimal.
 */
export function formatRefid(refid: number, stratum: number): string {
  const bytes = [refid >>> 24, (refid >>> 16) & 255, (refid >>> 8) & 255, refid & 255]
  if (stratum > 1) return bytes.join('.')
  const end = bytes.findLastIndex(byte => byte !== 0) + 1
  const letters = bytes.slice(0, end)
  const printable = letters.length > 0 && letters.every(byte => byte > 32 && byte < 127)
  return printable
    ? String.fromCharCode(...letters)
    : (refid >>> 0).toString(16).padStart(8, '0').toUpperCase()
}

/** The refid of up to four ASCII letters, for tests and for servers: `refidOf('GPS')`. */
export function refidOf(letters: string): number {
  let refid = 0
  for (let i = 0; i < 4; i++) refid = (refid << 8) | ((i < letters.length ? letters.charCodeAt(i) : 0) & 255)
  return refid >>> 0
}
