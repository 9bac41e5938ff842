import { expect, test } from 'vitest'
import { exampleWatched } from '../../test/browser/support.ts'
import type { SourceBody, StatusBody } from './bodies.ts'
import { encodeStatus } from './encode.ts'
import { screen } from './screen.ts'
import { plain } from './style.ts'

const REFUSED: Partial<SourceBody> = {
  state: 'unusable',
  reason: 'replies-refused',
  reasonText: 'it answers, but each reply failed a packet test; the last one: the mode is not 4 (server)',
}

const usual = encodeStatus(exampleWatched({ story: 'usual', days: 1 }).snapshot())
const withOneRefused: StatusBody = {
  ...usual,
  clock: {
    ...usual.clock,
    sources: usual.clock.sources.map((source, i) => (i === 0 ? { ...source, ...REFUSED } : source)),
  },
}
const shown = (status: StatusBody, columns: number, rows = 40) =>
  screen({ status, seen: [], note: undefined, paused: false, scale: 0, columns, rows }, plain)

test.each([60, 80, 100, 132])('at %d columns it is said why a source is not used', columns => {
  const lines = shown(withOneRefused, columns)
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(columns)
  const said = lines.map(line => line.trim()).join(' ')
  expect(said).toContain(REFUSED.reasonText)
  // One that agrees needs no line of its own for it.
  expect(said).not.toContain('takes part in the estimate')
})

test('where there is room, the reason ends the row', () => {
  const lines = shown(withOneRefused, 250)
  expect(lines.find(line => line.includes(usual.clock.sources[0]!.name))).toMatch(
    /the mode is not 4 \(server\)$/,
  )
  expect(lines.join('\n')).toContain('takes part in the estimate')
})

test('a long verdict goes on in the next line', () => {
  const holdover = encodeStatus(exampleWatched({ story: 'holdover', days: 1 }).snapshot())
  const lines = shown(holdover, 70)
  expect(lines.map(line => line.trim()).join(' ')).toContain(
    'of 6 sources none can be used (each: it did not answer any of the last eight requests)',
  )
})
