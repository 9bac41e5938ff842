/** measurements.log alone: what chronyd corrects after a jump, unseen, is done by no source. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'

const POLL = 64
/** By true time: a third of the way through. */
const JUMP = 6000

/** Three servers in turn; what each measures at a moment. */
const measured = (offset: (at: number, server: number) => number): string[] =>
  Array.from({ length: 300 }, (_, i) => i * POLL).flatMap(poll =>
    [1, 2, 3].map(server => {
      const at = poll + 16 * server
      const shown = offset(at, server) + 1e-4 * Math.sin(at)
      const stamp = new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')
      return `${stamp} 192.0.2.${server}     N  2 111 111 1111  6  6 0.00  ${shown.toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
    }),
  )

test('sources that were asked while chronyd corrected a pause, step by step, have not jumped', () => {
  const { findings } = explain(
    ...measured((at, server) => {
      if (at < JUMP) return 0
      // The first correction comes between the second and the third server, the rest two polls later.
      const round = Math.floor((at - 16 * server - JUMP) / POLL)
      return round > 2 ? 0 : round === 0 && server < 3 ? 0.8 : 0.3
    }),
  )
  expect(findings.map(({ name }) => name)).toEqual(['vm-paused'])
  expect(findings[0]!.measures.size).toBeCloseTo(0.8, 2)
})

/** One server, asked each 17 min. */
const seldom = (offsets: readonly number[]) =>
  explain(
    ...offsets.map((offset, i) => {
      const stamp = new Date(Date.UTC(2027, 2, 1) + 1024e3 * i).toISOString().slice(0, 19).replace('T', ' ')
      return `${stamp} 192.0.2.1     N  2 111 111 1111 10 10 0.00  ${(offset + 1e-5 * Math.sin(i)).toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
    }),
  ).disturbances.map(({ size }) => Math.round(10 * size) / 10)

test('at long polls chronyd goes too far for hours after a pause, and nobody has set the clock forward', () => {
  const quiet = new Array<number>(20).fill(0)
  expect(seldom([...quiet, 2.3, -0.05, -0.05, -0.05, -0.6, -0.2, ...quiet])).toEqual([2.3])
  // Where nothing had happened before, that is no correction.
  expect(seldom([...quiet, -0.5, -0.5, -0.5, ...quiet])).toEqual([-0.5])
})

test('of two jumps within the hour each has a wake of its own', () => {
  const quiet = new Array<number>(60).fill(0)
  const lines = measured((at, server) => {
    const i = Math.floor((at - 16 * server) / POLL)
    return [...quiet, 41, 41, 0, 0, ...quiet.slice(0, 23), 0.7, 0.59, 0.36, 0.02, -0.15, -0.11][i] ?? 0
  })
  expect(explain(...lines).disturbances.map(({ size }) => Math.round(10 * size) / 10)).toEqual([41, 0.7])
})

test('one that jumps while nothing is corrected has', () => {
  const { findings } = explain(
    ...measured((at, server) => (server === 3 && at > JUMP && at < 9000 ? 0.3 : 0)),
  )
  expect(findings.map(({ name }) => name)).toContain('source-jumped')
  expect(findings.map(({ name }) => name)).not.toContain('vm-paused')
})
