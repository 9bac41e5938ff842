/** Addresses and networks as they are written (inet_pton(3)): four whole numbers below 256, or up to eight groups of hexadecimal digits. */

/** An IPv4 address as one number; undefined for anything else. A zero in front would be octal to some. */
export function ipv4Number(address: string): number | undefined {
  const parts = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(address)
    ? address.split('.').map(Number)
    : []
  return parts.length === 4 && parts.every(part => part < 256)
    ? parts.reduce((number, part) => number * 256 + part)
    : undefined
}

/** What the resolver takes for an IPv4 address: to it a zero in front is no mistake. */
export const isFourBytes = (word: string): boolean =>
  /^\d+(?:\.\d+){3}$/.test(word) && word.split('.').every(part => Number(part) < 256)

/** Without a zone. */
export function isIpv6(address: string): boolean {
  const [, head = address, four] = /^(.*:)(\d+\.[\d.]+)$/.exec(address) ?? []
  if (four !== undefined && ipv4Number(four) === undefined) return false
  const [before = '', after, ...more] = (four === undefined ? address : `${head}0:0`).split('::')
  if (more.length > 0) return false
  const groups = (side: string) => (side === '' ? [] : side.split(':'))
  const all = [...groups(before), ...groups(after ?? '')]
  if (!all.every(group => /^[\da-f]{1,4}$/i.test(group))) return false
  return after === undefined ? all.length === 8 : all.length < 8
}

/** How many bits this mask leaves to the network: 255.255.0.0 has 16. Undefined where ones follow zeros. */
export function lengthOfMask(mask: string): number | undefined {
  const number = ipv4Number(mask)
  if (number === undefined) return undefined
  const length = 32 - Math.log2(2 ** 32 - number)
  return Number.isInteger(length) ? length : undefined
}

export const maskOfLength = (length: number): string =>
  [24, 16, 8, 0].map(shift => Math.floor((2 ** 32 - 2 ** (32 - length)) / 2 ** shift) % 256).join('.')

/** `192.168.1.*` and `192.168.1.` mean 192.168.1.0/24 to those who write them. */
export function networkWithoutStars(word: string): string | undefined {
  const [, numbers] = /^(\d+(?:\.\d+){0,2})(?:(?:\.\*)+|\.)$/.exec(word) ?? []
  if (numbers === undefined) return undefined
  const known = numbers.split('.')
  const address = [...known, '0', '0', '0'].slice(0, 4).join('.')
  return ipv4Number(address) === undefined ? undefined : `${address}/${known.length * 8}`
}
