/** A zip archive (PKWARE's APPNOTE, 4.3) of members that are deflated or stored, with nothing in it that need not be. */
import { deflateRawSync } from 'node:zlib'

export interface Zipped {
  readonly name: string
  readonly content: string | Uint8Array
  readonly stored?: boolean
  /** What it says of how it is packed, if that is not true. */
  readonly method?: number
  readonly flags?: number
}

export function zipOf(members: readonly Zipped[]): Buffer {
  const parts: Buffer[] = []
  const entries: Buffer[] = []
  let at = 0
  for (const { name, content, stored, method, flags = 0 } of members) {
    const plain = Buffer.from(content as string)
    const packed = stored ? plain : deflateRawSync(plain)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(method ?? (stored ? 0 : 8), 4)
    // 2027-03-05 12:00:00
    common.writeUInt16LE(12 << 11, 6)
    common.writeUInt16LE(((2027 - 1980) << 9) | (3 << 5) | 5, 8)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(plain.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const member = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(at, 10)
    entries.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.alloc(2), common, place, Buffer.from(name)]),
    )
    parts.push(member)
    at += member.length
  }
  const list = Buffer.concat(entries)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(members.length, 4)
  end.writeUInt16LE(members.length, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...parts, list, Buffer.from('PK\x05\x06'), end])
}
