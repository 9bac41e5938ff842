/** A clock that ran away from ntpd at once, in peerstats and loopstats, and what is none. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

const DAY = 61469
const CHANGE = 40_000
const POLL = 1024
const FREQUENCY = -10e-6

interface Story {
  /** The clock's own rate from then on, beyond what ntpd corrects; positive: it loses. */
  readonly rate: number
  readonly since?: number
  readonly pause?: { readonly at: number; readonly size: number }
  /** What ntpd corrects. */
  readonly frequency?: (at: number) => number
  readonly delay?: number
  readonly noise?: (at: number) => number
}

/** A day of three sources; ntpd steps when the clock is off by 128 ms for two polls, and asks all anew at once. */
function day({
  rate,
  since = CHANGE,
  pause,
  frequency = () => FREQUENCY,
  delay = 0.03,
  noise = () => 0,
}: Story): string[] {
  const lines: string[] = []
  let stepped = 0
  let off = 0
  const offsetAt = (at: number) =>
    rate * Math.max(0, at - since) + (pause && at > pause.at ? pause.size : 0) - stepped
  const heard = (at: number) => {
    for (const server of [1, 2, 3])
      lines.push(
        `${DAY} ${at + server}.000 192.0.2.${server} 963a ${(offsetAt(at) + noise(at + server)).toFixed(9)} ${delay.toFixed(9)} 0.001 0.0005`,
      )
  }
  for (let at = 10; at < 86_400; at += POLL) {
    heard(at)
    const offset = offsetAt(at)
    off = Math.abs(offset) > 0.128 ? off + 1 : 0
    const step = off > 1
    lines.push(
      `${DAY} ${at + 4}.000 ${step ? '0.000000000' : offset.toFixed(9)} ${(frequency(at) * 1e6).toFixed(3)} 0.000000119 0.010000 10`,
    )
    if (!step) continue
    stepped += offset
    off = 0
    heard(at + 6)
  }
  return lines
}

const names = (story: Story) => explain(...day(story)).findings.map(({ name }) => name)

test('a guest that landed on another host: its rate, since when, and no source jumped', () => {
  for (const rate of [-400e-6, -100e-6, 100e-6, 300e-6]) {
    const { findings } = explain(...day({ rate }))
    const [far] = findings.filter(({ name }) => name === 'frequency-far-off')
    expect(far!.measures.change).toBeCloseTo(-rate, 5)
    expect(Math.abs(far!.from! - CHANGE)).toBeLessThan(2 * POLL)
    expect(far!.what).toContain('had not made up for that when the log ends')
    const others = findings.map(({ name }) => name)
    for (const name of ['vm-paused', 'stepped-by-someone-else', 'source-jumped'])
      expect(others).not.toContain(name)
  }
})

test('peerstats alone: at what rate it ran away, and no source jumped', () => {
  const measured = day({ rate: 200e-6 }).filter(line => line.includes('192.0.2'))
  const { findings } = explain(...measured)
  const [far] = findings.filter(({ name }) => name === 'frequency-far-off')
  expect(far!.measures.frequencyError).toBeCloseTo(-200e-6, 5)
  expect(findings.map(({ name }) => name)).not.toContain('source-jumped')
  expect(findings.map(({ name }) => name)).not.toContain('vm-paused')
})

test('a pause is one, also before', () => {
  expect(names({ rate: 0, pause: { at: 50_000, size: 2 } })).toContain('vm-paused')
  expect(names({ rate: 0, pause: { at: 50_000, size: 2 } })).not.toContain('frequency-far-off')
  const both = names({ rate: 200e-6, pause: { at: 20_000, size: 2 } })
  expect(both).toContain('vm-paused')
  expect(both).toContain('frequency-far-off')
})

test('a clock that ran away from the beginning did not change', () => {
  const { findings } = explain(...day({ rate: 100e-6, since: 0 }))
  expect(findings.filter(({ measures }) => measures.change !== undefined)).toEqual([])
})

test('a rate that ntpd has learned wrongly is none of the clock', () => {
  const frequency = (at: number) => (at < CHANGE ? FREQUENCY : FREQUENCY - 200e-6)
  expect(names({ rate: 200e-6, frequency })).not.toContain('frequency-far-off')
})

test('what the way of the packets may hide is no rate', () => {
  const noise = (at: number) => (at > CHANGE ? 0.2 * ((at / 5000) % 1) : 0)
  expect(names({ rate: 0, delay: 0.03, noise })).toContain('frequency-far-off')
  expect(names({ rate: 0, delay: 0.5, noise })).not.toContain('frequency-far-off')
})
