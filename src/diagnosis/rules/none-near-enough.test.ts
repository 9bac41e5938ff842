/** Sources that are heard for hours and followed by nobody, since they say of themselves that they may be far off. */
import { describe, expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const START = Date.UTC(2027, 2, 5)
const MJD = START / 86_400_000 + 40_587
const NTP_ERA = 2_208_988_800
const HOUR = 3600
const EACH = 64
/** A crystal that gains 20 ppm, and nobody who corrects it. */
const FAST = 20e-6

const day = (at: number) => new Date(START + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
const times = (hours: number) => Array.from({ length: (hours * HOUR) / EACH }, (_, nth) => nth * EACH)

interface Server {
  readonly rootDelay?: number
  readonly rootDispersion: number
}
const WINDOWS: Server = { rootDelay: 0.031, rootDispersion: 10.21 }
const NEAR: Server = { rootDelay: 0.02, rootDispersion: 0.01 }

const measurement = (at: number, offset: number, { rootDelay = 0, rootDispersion }: Server) =>
  `${day(at)} 192.0.2.1       N  2 111 111 1111   6  6 0.00 ${offset.toExponential(3)}  5.930e-04  1.406e-06  ${rootDelay.toExponential(3)}  ${rootDispersion.toExponential(3)} 0A010101 4B K K`
const update = (at: number, stratum: number) =>
  `${day(at)} ${stratum > 0 ? '192.0.2.1' : '0.0.0.0  '}        ${stratum}    -20.000      0.010  1.000e-06 ${stratum > 0 ? 'N' : '?'}  1  1.000e-05  0.000e+00  1.000e+00  1.000e+00  1.500e+00`

const exchange = (at: number, offset: number, { rootDelay = 0, rootDispersion }: Server) => {
  const sent = START / 1e3 + NTP_ERA + at
  const [there, back] = [sent + 0.0005 + offset, sent + 0.001]
  const stamps = [sent, there, there, back].map(each => each.toFixed(9)).join(' ')
  return `${MJD} ${at}.000 192.0.2.1 192.0.2.9 ${stamps} 0 4 4 2 6 -23 ${rootDelay.toFixed(6)} ${rootDispersion.toFixed(6)} 10.1.1.1`
}
const filtered = (at: number, offset: number, status: string) =>
  `${MJD} ${at}.000 192.0.2.1 ${status} ${offset.toFixed(9)} 0.000600000 0.001000000 0.000050000`

const drift = (at: number) => -FAST * at
const told = (lines: readonly string[]) =>
  explain(...lines).findings.filter(({ severity }) => severity !== 'note')

describe('chronyd', () => {
  const alone = times(12).map(at => measurement(at, drift(at), WINDOWS))

  test('with tracking.log, which has no update: nobody was followed, and why', () => {
    const [finding, ...more] = told([update(0, 0), ...alone])
    expect(more).toEqual([])
    expect(finding).toMatchObject({ name: 'not-synchronised', severity: 'warning' })
    expect(finding!.measures.distance).toBeCloseTo(10.2255, 4)
    expect(finding!.measures.size).toBeCloseTo(drift(12 * HOUR), 2)
    expect(finding!.causes[0]!.why).toContain('maxdistance')
    expect(finding!.remedy.changes.join()).toContain('maxdistance 16')
  })

  test('a clock that is right by chance is not kept either', () => {
    const lines = times(12).map(at => measurement(at, 0, WINDOWS))
    expect(told([update(0, 0), ...lines]).map(({ name }) => name)).toEqual(['not-synchronised'])
  })

  test('by its measurements alone it is the likeliest reason', () => {
    const [finding] = told(alone)
    expect(finding!.name).toBe('never-corrected')
    expect(finding!.causes[0]!.why).toContain('root distance')
    expect(finding!.remedy.changes.join()).toContain('maxdistance 16')
  })

  test('told to take such servers it follows them', () => {
    const lines = times(12).flatMap(at => [measurement(at, 0, WINDOWS), update(at, 3)])
    expect(told(lines).map(({ name }) => name)).not.toContain('not-synchronised')
  })

  test('servers that are near have another reason', () => {
    const lines = times(12).map(at => measurement(at, drift(at), NEAR))
    expect(told([update(0, 0), ...lines])[0]).toMatchObject({ name: 'never-corrected' })
  })

  test('that had followed them before, when they were near: one finding, of the time since then', () => {
    const near = times(6).flatMap(at => [measurement(at, 0, NEAR), update(at, 3)])
    const far = times(12).map(at => measurement(6 * HOUR + at, drift(at), WINDOWS))
    const findings = told([...near, ...far])
    expect(findings.map(({ name }) => name)).toEqual(['not-synchronised'])
    expect(findings[0]!.from).toBe(6 * HOUR)
  })

  test('a root distance that grew: the servers have lost their own source', () => {
    const lines = times(12).map(at => measurement(at, drift(at), { rootDispersion: 3.1 + at / 1e4 }))
    expect(told([update(0, 0), ...lines])[0]!.causes[0]!.why).toContain('grew from')
  })
})

describe('ntpd', () => {
  const SYSTEM_PEER = '9614'
  const REJECTED = '9024'

  test('whose status words name no system peer', () => {
    const lines = [
      ...times(12).map(at => exchange(at, drift(at), WINDOWS)),
      ...times(12).map(at => filtered(at, drift(at), REJECTED)),
    ]
    const [finding] = told(lines)
    expect(finding).toMatchObject({ name: 'not-synchronised', severity: 'warning' })
    expect(finding!.remedy.changes.join()).toContain('tos maxdist 16')
  })

  test('that follows them nevertheless', () => {
    const lines = [
      ...times(12).map(at => exchange(at, 0, WINDOWS)),
      ...times(12).map(at => filtered(at, 0, SYSTEM_PEER)),
    ]
    expect(told(lines).map(({ name }) => name)).not.toContain('not-synchronised')
  })

  test('by peerstats alone: it follows none, and does not only watch', () => {
    const [finding] = told(times(12).map(at => filtered(at, drift(at), REJECTED)))
    expect(finding!.name).toBe('never-corrected')
    expect(finding!.causes[0]!.what).toContain('root distance')
  })
})
