/**
 * Members of a zip archive (PKWARE's APPNOTE, 4.3): the list at its end tells what there is and where it lies. Nothing is written
 * where a member's name says. It knows of no Node: the page reads archives, too.
 */

const MEMBER = 0x04034b50
const ENTRY = 0x02014b50
const END = 0x06054b50
const LENGTH_OF = { member: 30, entry: 46, end: 22 } as const
const LONGEST_COMMENT = 0xffff
/** Where it stands in place of a number, that is told elsewhere, as of an archive of more than 4 GB. */
const ELSEWHERE = 0xffffffff
const STORED = 0
const DEFLATED = 8
const ENCRYPTED = 1

export type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>

/** Bytes that lie somewhere. */
export interface Place {
  readonly size: number
  slice(from: number, to: number): Bytes
}

export interface ZipMember {
  readonly name: string
  readonly size: number
  /** What it was on the clock of the wall: no zone is written. */
  readonly modified: Date
  /** Throws when it is packed in a way that is not known here. */
  open(): Promise<Bytes>
}

/** True when bytes begin a zip archive that has members. */
export const isZip = (head: Uint8Array): boolean =>
  head.length >= 4 && viewOf(head).getUint32(0, true) === MEMBER

/** Its plain files. Throws with the reason when it cannot be read. */
export async function zipMembers(place: Place): Promise<ZipMember[]> {
  const tail = Math.max(0, place.size - LENGTH_OF.end - LONGEST_COMMENT)
  const last = viewOf(await bytesOf(place, tail, place.size))
  let end = last.byteLength - LENGTH_OF.end
  while (end >= 0 && last.getUint32(end, true) !== END) end--
  if (end < 0) throw new Error('the end of the archive is missing')
  const [length, from] = [last.getUint32(end + 12, true), last.getUint32(end + 16, true)]
  if (from === ELSEWHERE || from + length > place.size)
    throw new Error('the archive is damaged, or larger than 4 GB')
  return membersIn(place, await bytesOf(place, from, from + length))
}

function membersIn(place: Place, list: Uint8Array): ZipMember[] {
  const view = viewOf(list)
  const members: ZipMember[] = []
  let at = 0
  while (at + LENGTH_OF.entry <= list.length && view.getUint32(at, true) === ENTRY) {
    const short = (offset: number) => view.getUint16(at + offset, true)
    const long = (offset: number) => view.getUint32(at + offset, true)
    const name = new TextDecoder().decode(
      list.subarray(at + LENGTH_OF.entry, at + LENGTH_OF.entry + short(28)),
    )
    const entry = { flags: short(8), method: short(10), packed: long(20), from: long(42) }
    if (!name.endsWith('/'))
      members.push({
        name,
        size: long(24),
        modified: momentOf(short(14), short(12)),
        open: () => open(place, entry),
      })
    at += LENGTH_OF.entry + short(28) + short(30) + short(32)
  }
  return members
}

async function open(
  place: Place,
  { flags, method, packed, from }: { flags: number; method: number; packed: number; from: number },
): Promise<Bytes> {
  if (flags & ENCRYPTED) throw new Error('it is encrypted')
  if (method !== STORED && method !== DEFLATED)
    throw new Error(`it is packed in a way that is not known here (${method})`)
  const head = viewOf(await bytesOf(place, from, from + LENGTH_OF.member))
  if (packed === ELSEWHERE || head.byteLength < LENGTH_OF.member || head.getUint32(0, true) !== MEMBER)
    throw new Error('the archive is damaged here')
  const begin = from + LENGTH_OF.member + head.getUint16(26, true) + head.getUint16(28, true)
  const bytes = place.slice(begin, begin + packed)
  if (method === STORED) return bytes
  return bytes.pipeThrough(new DecompressionStream('deflate-raw'))
}

const bytesOf = async (place: Place, from: number, to: number): Promise<Uint8Array> =>
  new Uint8Array(await new Response(place.slice(from, to)).arrayBuffer())

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

/** As MS-DOS kept them: two seconds in a unit, years since 1980. */
const momentOf = (date: number, time: number): Date =>
  new Date(
    Date.UTC(
      1980 + (date >> 9),
      ((date >> 5) & 15) - 1,
      date & 31,
      time >> 11,
      (time >> 5) & 63,
      (time & 31) * 2,
    ),
  )
