/** A mark of 16 bits for a name, the same wherever a log is read from (Fowler, Noll and Vo): sources are told apart by it. */

export function markOf(bytes: ArrayLike<number>, from = 0, to = bytes.length): number {
  let mark = 0x811c9dc5
  for (let at = from; at < to; at++) mark = Math.imul(mark ^ bytes[at]!, 0x01000193)
  return (mark ^ (mark >>> 16)) & 0xffff
}

/** Of a name as daemons write it. */
export const markOfName = (name: string): number => markOf(Array.from(name, each => each.charCodeAt(0)))
