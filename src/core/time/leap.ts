/** The leap indicator of RFC 5905, figure 9: what the last minute of the current month will be, or that nobody knows. */
export type Leap = 'none' | 'insert' | 'delete' | 'unknown'

const BY_BITS: readonly Leap[] = ['none', 'insert', 'delete', 'unknown']

export const leapFromBits = (bits: number): Leap => BY_BITS[bits & 3]!
export const leapToBits = (leap: Leap): number => BY_BITS.indexOf(leap)

/** The leap second that most of those who were asked announce. */
export const announcedByMost = (announced: readonly (Leap | undefined)[]): 'insert' | 'delete' | undefined =>
  (['insert', 'delete'] as const).find(
    each => 2 * announced.filter(leap => leap === each).length > announced.length,
  )
