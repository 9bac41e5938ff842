/** Columns of numbers that become larger. */
type Column = Float64Array | Uint32Array | Int32Array

/** The same columns with room for at least so many numbers: twice as many as before, since more will come. */
export const grown = (columns: Float64Array, least: number): Float64Array =>
  movedInto(new Float64Array(Math.max(least, 2 * columns.length)), columns)

/** A larger room, with what was there before. */
export function movedInto<C extends Column>(room: C, old: C): C {
  room.set(old)
  return room
}
