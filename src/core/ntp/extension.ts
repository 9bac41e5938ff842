/**
 * What may follow the header: extension fields, then a MAC (RFC 7822, section 3).
 * A field is a type, a length that counts the whole field and is a multiple of four, and a body. The rule that keeps
 * fields and legacy MACs apart: what is left and shorter than 28 bytes is a MAC (4, 20 or 24 bytes long) or nothing.
 */
import type { Mac, Refused } from './packet.ts'

export interface Extension {
  readonly type: number
  /** The body with its padding, as it stood. */
  readonly body: Uint8Array
}

interface Tail {
  readonly kind: 'tail'
  readonly extensions: readonly Extension[]
  readonly mac: Mac | undefined
}

const SHORTEST_FIELD = 16
const SHORTEST_LAST_FIELD = 28
/** Key id alone (a crypto-NAK), key id + 128 bit digest, key id + 160 bit digest. */
const MAC_LENGTHS: readonly number[] = [4, 20, 24]
/** Version 3 may carry a DES MAC too (RFC 1305, appendix C). */
const MAC_LENGTHS_V3: readonly number[] = [4, 12, 20, 24]
const NOTHING: Tail = { kind: 'tail', extensions: [], mac: undefined }

/** Everything after the header. `bytes` is a whole number of 32-bit words. */
export function readTail(bytes: Uint8Array, from: number, version: number): Tail | Refused {
  if (bytes.length === from) return NOTHING
  if (version < 4) return readMac(bytes, from, MAC_LENGTHS_V3, [])
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const extensions: Extension[] = []
  let at = from
  while (bytes.length - at >= SHORTEST_LAST_FIELD) {
    const length = view.getUint16(at + 2)
    if (length < SHORTEST_FIELD || length % 4 !== 0 || length > bytes.length - at) {
      return { kind: 'refused', why: 'bad-extension' }
    }
    extensions.push({ type: view.getUint16(at), body: bytes.slice(at + 4, at + length) })
    at += length
  }
  return readMac(bytes, at, MAC_LENGTHS, extensions)
}

function readMac(
  bytes: Uint8Array,
  at: number,
  lengths: readonly number[],
  extensions: readonly Extension[],
): Tail | Refused {
  const left = bytes.length - at
  if (left === 0) return { kind: 'tail', extensions, mac: undefined }
  if (!lengths.includes(left)) return { kind: 'refused', why: 'bad-extension' }
  const keyId = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0)
  return { kind: 'tail', extensions, mac: { keyId, digest: bytes.slice(at + 4) } }
}

/** How many bytes the fields take, padded to words and to the shortest length allowed: the last one without a MAC is longer. */
export function extensionsLength(extensions: readonly Extension[], mac: boolean): number {
  return extensions.reduce(
    (sum, extension, i) => sum + fieldLength(extension, i === extensions.length - 1 && !mac),
    0,
  )
}

export function writeExtensions(
  extensions: readonly Extension[],
  mac: boolean,
  into: Uint8Array,
  from: number,
): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength)
  let at = from
  extensions.forEach((extension, i) => {
    const length = fieldLength(extension, i === extensions.length - 1 && !mac)
    view.setUint16(at, extension.type & 0xffff)
    view.setUint16(at + 2, length)
    into.set(extension.body, at + 4)
    at += length
  })
}

const fieldLength = (extension: Extension, longer: boolean): number =>
  Math.max(longer ? SHORTEST_LAST_FIELD : SHORTEST_FIELD, Math.ceil((4 + extension.body.length) / 4) * 4)
