/** Several events in one log of ntpd, closer together than its polls: each source sees other sums of them, and ntpd steps in between. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'
import { BASE_DAY } from '../../../../test/support/pieces.ts'

const DAY = 61469
const DAY_OF_LOG = (DAY - 40_587 - BASE_DAY) * 86_400
const POLL = 1060
const STEP_THRESHOLD = 0.128
const STEPOUT = 900
const FILTER = 8
const FIRST_POLLS = [100, 380, 640, 900]
const UNTIL = 60_000

interface Event {
  readonly at: number
  /** Positive: the clock loses so much. */
  readonly size: number
}

/** What four sources show of a clock, each asked at another time, and when ntpd sets it by what they showed last on the average. */
function day(events: readonly Event[]) {
  const lines: string[] = []
  const steps: number[] = []
  const filters = FIRST_POLLS.map((): number[] => [])
  const next = [...FIRST_POLLS]
  let stepped = 0
  let offSince = Number.NaN
  const offsetAt = (at: number) =>
    events.reduce((sum, event) => (at > event.at ? sum + event.size : sum), -stepped)
  const stampOf = (at: number) => `${DAY} ${(at - offsetAt(at)).toFixed(3)}`
  const heard = (source: number, at: number, dispersion = 0.015) => {
    const filter = filters[source]!
    const offset = offsetAt(at) + 2e-5 * Math.sin(at)
    filter.unshift(offset)
    filter.length = Math.min(filter.length, FILTER)
    const jitter = Math.sqrt(filter.reduce((sum, each) => sum + (each - offset) ** 2, 1e-9) / (FILTER - 1))
    lines.push(
      `${stampOf(at)} 192.0.2.${source + 1} 963a ${offset.toFixed(9)} 0.008000000 ${dispersion.toFixed(9)} ${jitter.toFixed(9)}`,
    )
    return offset
  }
  for (let at = 0; at < UNTIL; at++)
    for (const [source, due] of next.entries()) {
      if (at !== due) continue
      const offset = heard(source, at)
      next[source] = at + POLL + ((at * (source + 3)) % 90)
      if (Math.abs(offset) < STEP_THRESHOLD) {
        offSince = Number.NaN
        lines.push(`${stampOf(at)} ${offset.toFixed(9)} -12.800 0.000478769 0.010000 10`)
      } else if (Number.isNaN(offSince)) offSince = at
      else if (at > offSince + STEPOUT) {
        const known = filters.map(([last]) => last!).sort((a, b) => a - b)
        const by = (known[1]! + known[2]!) / 2
        stepped += by
        steps.push(by)
        lines.push(`${stampOf(at + 1)} 0.000000000 -12.800 0.000000119 0.010000 10`)
        for (const other of filters.keys()) {
          filters[other]!.length = 0
          heard(other, at + 3 + other, 7.9375)
          heard(other, at + 130 + other)
          next[other] = at + 130 + POLL + 170 * other
        }
        offSince = Math.abs(offsetAt(at + 3)) < STEP_THRESHOLD ? Number.NaN : at + 3
        break
      }
    }
  return { lines, steps }
}

/** The sizes that were found, each of an event that was at its time, and ntpd's steps. */
function found(events: readonly Event[]) {
  const { lines, steps } = day(events)
  const { disturbances, findings } = explain(...lines)
  const told = disturbances.map(({ from, to, size }) => ({
    size: Math.round(100 * size) / 100,
    at: events.find(({ at }) => at >= sinceMidnight(from) - 2 && at <= sinceMidnight(to) + 2)?.at,
  }))
  return { told, steps, findings: findings.map(({ name, what }) => `${name}: ${what}`) }
}

const sinceMidnight = (at: number): number => at - DAY_OF_LOG

test('two pauses between which one of the sources was not asked are two', () => {
  const events = [
    { at: 40_000, size: 2.5 },
    { at: 41_200, size: 3.5 },
  ]
  expect(found(events).told).toEqual(events)
})

test('of a pause right before ntpd steps, or that a step hides, nothing is lost', () => {
  const events = Array.from({ length: 8 }, (_, i) => ({ at: 9000 + 1800 * i, size: 1.5 }))
  const { told, findings } = found(events)
  expect(told).toEqual(events)
  expect(findings.map(each => each.split(':')[0])).toEqual(events.map(() => 'vm-paused'))
})

test('what sets the clock each hour is told each time, and so is each step of ntpd', () => {
  const events = Array.from({ length: 13 }, (_, i) => ({ at: 9000 + 3600 * i, size: -0.3 }))
  const { told, steps, findings } = found(events)
  expect(told).toEqual(events)
  expect(findings).toEqual([
    expect.stringContaining('set the clock forward by 300 ms at least 13 times'),
    expect.stringContaining(`ntpd set the clock back ${steps.length} times`),
  ])
})
