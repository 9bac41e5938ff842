/**
 * IP addresses between text and bytes. The text is the canonical one (RFC 5952: lower case, the longest run of zeros
 * folded), because the core compares addresses as text. `::ffff:192.0.2.1` is the IPv4 address that it stands for.
 */
import { isIP } from 'node:net'

export interface Address {
  /** Four or sixteen of them. */
  readonly bytes: Uint8Array
  /** The interface of a link-local address: what stands behind the `%`. */
  readonly zone: string | undefined
}

/** Undefined when the text is not a numeric address. */
export function parseAddress(text: string): Address | undefined {
  const version = isIP(text)
  if (version === 0) return undefined
  if (version === 4) return { bytes: quad(text), zone: undefined }
  const [digits, zone] = text.split('%') as [string, string | undefined]
  const bytes = groups(digits)
  return isMapped(bytes) ? { bytes: bytes.subarray(12), zone: undefined } : { bytes, zone }
}

export function formatAddress({ bytes, zone }: Address): string {
  if (bytes.length === 4) return bytes.join('.')
  return zone === undefined ? folded(bytes) : `${folded(bytes)}%${zone}`
}

/** The one way to write an address; undefined when the text is not numeric. */
export function canonical(text: string): string | undefined {
  const address = parseAddress(text)
  return address && formatAddress(address)
}

const quad = (text: string) => Uint8Array.from(text.split('.'), Number)

function groups(digits: string): Uint8Array {
  const [head, tail] = digits.split('::') as [string, string | undefined]
  const front = half(head)
  const back = half(tail ?? '')
  return Uint8Array.from([...front, ...new Array(16 - front.length - back.length).fill(0), ...back])
}

/** The bytes of `2001:db8` or `ffff:192.0.2.1`, what stands on one side of the `::`. */
function half(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap(group => {
    if (group.includes('.')) return [...quad(group)]
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}

const isMapped = (bytes: Uint8Array) =>
  bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every(byte => byte === 0)

function folded(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!)
  const run = longestZeros(words)
  const text = (from: number, to: number) =>
    words
      .slice(from, to)
      .map(word => word.toString(16))
      .join(':')
  return run.length < 2 ? text(0, 8) : `${text(0, run.at)}::${text(run.at + run.length, 8)}`
}

function longestZeros(words: readonly number[]): { at: number; length: number } {
  let best = { at: 0, length: 0 }
  for (let at = 0; at < 8; at++) {
    let length = 0
    while (at + length < 8 && words[at + length] === 0) length++
    if (length > best.length) best = { at, length }
  }
  return best
}
