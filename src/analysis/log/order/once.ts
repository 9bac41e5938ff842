/**
 * What stands in two files is one: logs that were copied while they grew, or rotated by copying, overlap. Which is kept has
 * seen what came after it.
 */
export const once = <T>(all: readonly T[], key: (each: T) => string): T[] => [
  ...new Map(all.map(each => [key(each), each])).values(),
]
