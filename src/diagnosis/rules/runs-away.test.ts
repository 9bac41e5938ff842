/** A clock that runs away faster than ntpd ever follows. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const RATE = -6e-3

/** peerstats of one server, a line each in 64 s, with some noise. */
const peerstats = Array.from({ length: 400 }, (_, i) => {
  const at = 10 + 64 * i
  const offset = RATE * at + 1e-4 * Math.sin(7 * i)
  return `61557 ${at}.031 192.0.2.1 963a ${offset.toFixed(9)} 0.001009325 0.000963184 1.764025680`
})

test('is never good: nothing corrected it, and it is said at what rate it goes', () => {
  const [first] = explain(...peerstats).findings
  expect(first).toMatchObject({ name: 'never-corrected', severity: 'critical' })
  expect(first!.measures.frequencyError).toBeCloseTo(-RATE, 4)
  expect(first!.causes[0]!.what).toContain('a wrong rate of its counter')
})

test('where only some minutes are known, or one measurement: the clock was seconds off', () => {
  for (const some of [peerstats.slice(300, 308), peerstats.slice(300, 301)]) {
    const names = explain(...some).findings.map(({ name }) => name)
    expect(names).toContain('offset-large-now')
    expect(names).not.toContain('good')
  }
})

test('is good again when it was off at the start only', () => {
  const begun = Array.from(
    { length: 400 },
    (_, i) =>
      `61557 ${10 + 64 * i}.031 192.0.2.1 963a ${(i < 4 ? 3 : 1e-4 * Math.sin(7 * i)).toFixed(9)} 0.001009325 0.000963184 0.000025680`,
  )
  expect(explain(...begun).findings.map(({ name }) => name)).not.toContain('offset-large-now')
})

const PAUSED = 50
const row = (at: number, offset: number, dispersion: number) =>
  `61557 ${at}.031 192.0.2.1 963a ${offset.toFixed(9)} 0.001009325 ${dispersion.toFixed(9)} 0.080025680`

/** Loses 55 ppm since the second hour, polled in 1024 s; ntpd sets it when it is 0.35 s off, and some polls after a pause of 100 s. */
function sawTooth(): string[] {
  const lines: string[] = []
  let offset = 0.04
  for (let i = 0; i < 84; i++) {
    const at = 10 + 1024 * i
    const noise = 2e-3 * Math.sin(7 * i)
    offset += i > 4 ? 55e-6 * 1024 : 0
    if (i === PAUSED) offset += 100
    lines.push(row(at, offset + noise, 0.015))
    if (offset < 0.35 || (i >= PAUSED && i < PAUSED + 8)) continue
    offset = 0.04
    lines.push(row(at + 5, offset + noise, 7.9375))
  }
  return lines
}

test('and a pause meanwhile is told, which is so many times as large as its steps', () => {
  const { disturbances, findings } = explain(...sawTooth())
  expect(disturbances).toHaveLength(1)
  expect(disturbances[0]!.size).toBeCloseTo(100, 0)
  const runs = findings.find(({ name }) => name === 'frequency-far-off')!
  expect(runs.measures.frequencyError).toBeCloseTo(-55e-6, 5)
  // What undid the pause is none of the steps that the rate makes.
  expect(runs.measures.most).toBeLessThan(0.5)
})
