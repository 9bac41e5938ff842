/** peerstats alone: a jump of the clock is none of some of its servers, however late their filters show it. */
import { expect, test } from 'vitest'
import { explain } from '../../../../test/support/explain.ts'
import type { Bucket } from '../statistics/envelope.ts'
import type { Disturbance } from './disturbance.ts'
import { withoutShadows } from './shadows.ts'

/**
 * Four servers after a pause of 73.6 s, as ntpd wrote it in clknetsim: server, time, offset, and the jitter where the jump is in it.
 * The filter of the first had nothing to write until all others had shown it.
 */
const AROUND = `
  2@68895 2@68961 1@69058 3@69118 1@69125 3@69183 4@69209 1@69255 2@69486 1@69519 4@69539 3@69713 1@69715
  2@69749 3@69842 2@69945 1@69975 4@69999 2@70077 2@70144 3@70363 3@70427 1@70500 4@70520 2@70534 3@70556
  4@70714 1@70893 1@71027 2@71061 3@71079 3@71146=73.6/73.6 2@71191=73.6/68.1 4@71240=0/39.3
  3@71277=73.6/62.2 2@71320=73.6/55.6 4@71436=73.6/48.2 1@71550=73.6/27.8 2@71646=73.6/0 1@71748=73.6/0`

/** Of 2.4 s: two had not written it when ntpd stepped, and `!` is an empty filter. */
const STEPPED = `
  2@4071 4@4092 3@4117 3@4249 2@4265 2@4396 1@4448 1@4515 1@4579 3@4579 4@4619 1@4841 2@4920 4@4943
  2@5050 4@5071 3@5099 2@5114 2@5179 4@5332 1@5358 3@5490 1@5552 1@5617 2@5639 1@5683 4@5859 4@5988
  3@6014 1@6078 2@6162 3@6405=0/1.8 4@6515=2.4/1.3 1@6597=2.4/0.9 1@6601! 3@6601! 2@6604! 4@6604! 1@6607
  4@6608 1@6609 3@6609 2@6610 4@6610 1@6611 2@6614`

const row = (text: string): string => {
  const [, server, at, empty, offset = '0', jitter = '0'] = /^(\d)@(\d+)(!)?(?:=([\d.]+)\/([\d.]+))?$/.exec(
    text,
  )!
  const noise = 1e-4 * Math.sin(Number(at))
  return `61557 ${at}.000 192.0.2.${server} 9414 ${(Number(offset) + noise).toFixed(9)} 0.010633125 ${empty ? '7.937500122' : '0.003195577'} ${(Number(jitter) + 1e-4).toFixed(9)}`
}

test('filters that show one jump one after the other tell of one', () => {
  const { disturbances, findings } = explain(...AROUND.trim().split(/\s+/).map(row))
  expect(disturbances.map(({ size }) => size.toFixed(1))).toEqual(['73.6'])
  expect(disturbances[0]!.sources).toHaveLength(4)
  expect(findings.map(({ name }) => name)).not.toContain('source-jumped')
})

test('what half of them show, and ntpd undoes, was the clock’s jump', () => {
  const { disturbances, findings } = explain(...STEPPED.trim().split(/\s+/).map(row))
  expect(disturbances.map(({ size }) => size.toFixed(1))).toEqual(['2.4'])
  expect(findings.map(({ name }) => name)).not.toContain('source-jumped')
})

test('what half of them show, and ntpd leaves, is not', () => {
  const left = STEPPED.replace(/ 1@6601!.*/s, ' 3@6650 2@6660 4@6662=2.4/0 1@6664=2.4/0 3@6800 2@6810')
  expect(explain(...left.trim().split(/\s+/).map(row)).disturbances).toEqual([])
})

const jump = (size: number, from: number, to: number): Disturbance => ({
  from,
  to,
  local: { from, to },
  size,
  uncertainty: 0.001,
  before: 0,
  moved: 'not known',
  sources: [0],
  lines: [],
  restarted: false,
})
const offsets = (...levels: readonly number[]) =>
  levels.map((level, i) => ({
    from: 1100 + 100 * i,
    to: 1200 + 100 * i,
    first: level,
    last: level,
    min: level,
    max: level,
  }))
const sizesOf = (all: readonly Disturbance[]): number[] => all.map(({ size }) => size)

const around = (offsets: () => readonly Bucket[] = () => []) => ({
  offsets,
  alone: () => false,
  late: () => false,
})

test('a part of the clock’s jump, seen by who was asked in that second, is none of its source', () => {
  const [part, whole] = [jump(0.08, 1000, 1016), jump(0.31, 1000, 1015)]
  expect(withoutShadows([part], [whole], around())).toEqual([])
  expect(sizesOf(withoutShadows([jump(5, 1000, 1016)], [whole], around()))).toEqual([5])
  expect(sizesOf(withoutShadows([part], [jump(0.31, 5000, 5015)], around()))).toEqual([0.08])
})

test('where all sources find the clock elsewhere soon after, it was the clock that went there', () => {
  const one = jump(-0.044, 1000, 1032)
  expect(
    withoutShadows(
      [one],
      [],
      around(() => offsets(-0.06, -0.053, -0.046, -0.044)),
    ),
  ).toEqual([])
  expect(
    sizesOf(
      withoutShadows(
        [one],
        [],
        around(() => offsets(-0.045, 0, -0.044, 0)),
      ),
    ),
  ).toEqual([-0.044])
})

/** measurements.log of two servers that are asked in 1024 s; the first is a second off from noon on, and is asked each minute then. */
function ofTwo(): string[] {
  const line = (at: number, server: number, offset: number) =>
    `${new Date(Date.UTC(2027, 2, 1) + at * 1e3).toISOString().slice(0, 19).replace('T', ' ')} 192.0.2.${server}     N  2 111 111 1111  10 10 1.00  ${(offset + 1e-4 * Math.sin(at)).toExponential(3)}  1.000e-02  1.000e-06  1.000e-03  1.000e-03 C0000201 4B K K`
  const polls = (from: number, to: number, every: number, server: number, offset: number) =>
    Array.from({ length: Math.ceil((to - from) / every) }, (_, i) => ({
      at: from + i * every,
      server,
      offset,
    }))
  return [
    ...polls(10, 43_200, 1024, 1, 0),
    ...polls(43_900, 50_000, 64, 1, 1),
    ...polls(50_000, 80_000, 1024, 1, 1),
    ...polls(592, 80_000, 1024, 2, 0),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ at, server, offset }) => line(at, server, offset))
}

test('where the other is asked only later, and stayed, it was the source', () => {
  const { findings, disturbances } = explain(...ofTwo())
  expect(disturbances).toEqual([])
  expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual([
    'critical two-sources',
    'warning source-jumped',
  ])
})
