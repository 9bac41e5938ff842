/** ntpd -x that loses its sources to its own slew: loopstats end, peerstats go on, and the clock runs through zero. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

const PAUSED_AT = 25_000
const LAST_UPDATE = 33_000
const END = 86_000
/** 12 s at 400 ppm: it is right 30 000 s later, and goes on. */
const offsetAt = (at: number): number =>
  at < PAUSED_AT ? 1e-4 * Math.sin(at) : 12 - 400e-6 * Math.max(0, at - LAST_UPDATE)

const polls = (every: number, until: number, first = 60) =>
  Array.from({ length: Math.floor((until - first) / every) }, (_, i) => first + every * i)
const peerstats = [1, 2, 3, 4].flatMap(server =>
  polls(512, END, 60 + 7 * server).map(at => ({
    at,
    text: `61557 ${at}.000 192.0.2.${server} 9414 ${offsetAt(at).toFixed(9)} 0.020000000 0.003000000 0.001000000`,
  })),
)
const loopstats = (until: number) =>
  polls(512, until).map(at => ({
    at,
    text: `61557 ${at}.000 ${offsetAt(at).toFixed(9)} 12.000 0.001000000 0.050000 9`,
  }))
const told = (until: number) =>
  explain(...[...peerstats, ...loopstats(until)].sort((a, b) => a.at - b.at).map(({ text }) => text)).findings

test('it slews on without an update, and where the logs end the clock is ahead', () => {
  const findings = told(LAST_UPDATE + 400)
  const found = findings.find(({ name }) => name === 'source-rejected-by-its-own-jitter')!
  expect(found.severity).toBe('critical')
  // 53 000 s at 400 ppm are 21.2 s.
  expect(found.measures.size).toBeCloseTo(-9.1, 0)
  expect(found.measures.time! / 3600).toBeCloseTo(14.7, 0)
  const names = findings.map(({ name }) => name)
  expect(names).toContain('offset-large-now')
  expect(names).not.toContain('frequency-far-off')
})

test('as long as it makes updates it follows its sources', () => {
  const names = told(END).map(({ name }) => name)
  expect(names).not.toContain('source-rejected-by-its-own-jitter')
  expect(names).toContain('frequency-far-off')
})
