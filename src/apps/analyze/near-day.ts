/**
 * Where lines without a year belong when nothing else tells: in the year before their file was changed last, one day of which
 * is left for zones ahead of UTC. This is the middle of it, since the nearest year is taken.
 */
const MIDDLE = 181

export const nearDayOf = (modifiedMs: number): number => Math.floor(modifiedMs / 86_400_000) - MIDDLE
