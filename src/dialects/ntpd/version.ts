/**
 * Versions of ntpd, as people and packages write them: `4.2.6p5`, `4.2.8p15`, `ntpd 4.3.91`, `ntpsec 1.2.2`, and which of its
 * generations one belongs to. The generations differ in how they keep the clock: the great change was in the
 * development releases of September 2010 (4.2.7p51 to p53) that became 4.2.8, and NTPsec was split off from 4.3.
 */
export interface NtpdVersion {
  readonly family: 'classic' | 'ntpsec'
  /** Major, minor, patch, and for classic ntpd the point release: 4.2.8p15 is [4, 2, 8, 15]. */
  readonly numbers: readonly [number, number, number, number]
}

export type NtpdGeneration = '4.2.4' | '4.2.6' | '4.2.8' | 'ntpsec'

export function parseVersion(text: string): NtpdVersion | undefined {
  const match = /^(ntpsec|ntpd|ntp)?[\s-]*v?(\d+)\.(\d+)(?:\.(\d+))?(?:p(\d+))?(?![\d.])/i.exec(text.trim())
  if (!match) return undefined
  const [, name, major, minor, patch = '0', point = '0'] = match
  // NTPsec began to count at 0.9; classic ntpd has been at 4 since 1998.
  const family = name?.toLowerCase() === 'ntpsec' || Number(major) < 4 ? 'ntpsec' : 'classic'
  return { family, numbers: [Number(major), Number(minor), Number(patch), Number(point)] }
}

export function generationOf({ family, numbers }: NtpdVersion): NtpdGeneration {
  if (family === 'ntpsec') return 'ntpsec'
  if (!before(numbers, [4, 2, 7, 51])) return '4.2.8'
  return before(numbers, [4, 2, 5, 0]) ? '4.2.4' : '4.2.6'
}

export const isBefore = (version: NtpdVersion, numbers: NtpdVersion['numbers']): boolean =>
  before(version.numbers, numbers)

function before(one: NtpdVersion['numbers'], other: NtpdVersion['numbers']): boolean {
  const at = one.findIndex((number, i) => number !== other[i])
  return at >= 0 && one[at]! < other[at]!
}
