/** Instants for people, always in UTC and always said so: this machine's zone is as doubtful as its clock. */

/** `2026-11-21 11:02:28`. */
export function utc(seconds: number, digits = 0): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return '–'
  return date
    .toISOString()
    .replace('T', ' ')
    .slice(0, digits > 0 ? 20 + digits : 19)
}

/** Without the day when that is the other's too. */
export function utcNear(seconds: number, other: number): string {
  const text = utc(seconds)
  return utc(other).slice(0, 10) === text.slice(0, 10) ? text.slice(11) : text
}
