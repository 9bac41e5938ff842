/** Results as a table for the terminal, as JSON, and as a page. */
import { duration } from '#core/time/format.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { plain } from '#report/style.ts'
import { type Column, table } from '#report/table.ts'
import type { Measures, Spread } from './measure.ts'
import type { Result } from './results.ts'
import type { Scenario } from './scenarios.ts'

/** One scenario: ours, and the peer of the same runs. */
export interface Row {
  readonly scenario: Scenario
  readonly ours: Result | undefined
  readonly peers: readonly Result[]
}

export const MEASURED: Readonly<Partial<Record<keyof Measures, string>>> = {
  rms: 'RMS',
  end: 'at the end',
  good1ms: '< 1 ms after',
  good10ms: '< 10 ms after',
}

const value = (result: Result | undefined, name: keyof Measures): Spread | undefined => result?.measures[name]

export const time = (seconds: number | undefined): string => {
  if (seconds === undefined) return '–'
  if (seconds === Number.POSITIVE_INFINITY) return 'never'
  if (seconds === 0) return '0 s'
  return duration(seconds)
}

export const both = (
  result: Result | undefined,
  name: keyof Measures,
  write: (value: number) => string = time,
): string => {
  const found = value(result, name)
  if (!found) return '–'
  return found.median === found.worst ? write(found.median) : `${write(found.median)} (${write(found.worst)})`
}

export const count = (n: number): string => (Number.isInteger(n) ? `${n}` : n.toFixed(1))
export const ppm = (rate: number): string => `${(rate * 1e6).toFixed(3)} ppm`
const polls = ({ scenario }: Row): string => scenario.polls.join('-')

/** `goal`, `must` or `MISSED`, and what else is not as it should be. */
export function verdict(row: Row): string {
  return [mark(row), ...faults(row)].filter(word => word !== '').join(', ')
}

function mark({ scenario, ours }: Row): string {
  const found = value(ours, scenario.measure)?.median
  if (found === undefined || scenario.must === undefined) return ''
  if (scenario.goal !== undefined && found <= scenario.goal) return 'goal'
  return found <= scenario.must ? 'must' : 'MISSED'
}

const MOST_OVERSHOOT: Seconds = 1e-3
const MOST_MOVED: Rate = 1e-7

function faults({ scenario, ours, peers }: Row): string[] {
  const median = (name: keyof Measures) => value(ours, name)?.median ?? 0
  const others = value(peers[0], 'packets')?.median ?? Number.POSITIVE_INFINITY
  const paused = scenario.group === 'pauses'
  return [
    ...(scenario.group === 'judged' && median('packets') > others ? ['more packets'] : []),
    ...(paused && median('overshoot') > MOST_OVERSHOOT ? ['overshoot'] : []),
    ...(paused && median('frequencyMoved') > MOST_MOVED ? ['rate moved'] : []),
    ...((value(ours, 'violations')?.worst ?? 0) > 0 ? ['bound wrong'] : []),
  ]
}

export const ratio = ({ scenario, ours, peers }: Row): string => {
  const [own, other] = [value(ours, scenario.measure)?.median, value(peers[0], scenario.measure)?.median]
  if (own === undefined || other === undefined || other === 0) return '–'
  return Number.isFinite(own) && Number.isFinite(other) ? (own / other).toFixed(2) : '–'
}

const columns = (peers: readonly string[]): Column<Row>[] => [
  { title: 'scenario', text: ({ scenario }) => scenario.name },
  { title: 'polls', text: polls },
  { title: 'measure', text: ({ scenario }) => MEASURED[scenario.measure] ?? scenario.measure },
  { title: 'clockwright', align: 'right', text: ({ scenario, ours }) => both(ours, scenario.measure) },
  ...peers.map(
    (peer): Column<Row> => ({
      title: peer,
      align: 'right',
      text: ({ scenario, peers }) =>
        both(
          peers.find(({ daemon }) => daemon === peer),
          scenario.measure,
        ),
    }),
  ),
  { title: 'ratio', align: 'right', text: ratio },
  {
    title: 'must',
    align: 'right',
    text: ({ scenario }) => (scenario.must === undefined ? '' : time(scenario.must)),
  },
  {
    title: 'goal',
    align: 'right',
    text: ({ scenario }) => (scenario.goal === undefined ? '' : time(scenario.goal)),
  },
  { title: 'verdict', text: verdict },
  { title: 'max', align: 'right', text: ({ ours }) => both(ours, 'max') },
  { title: 'peer max', align: 'right', text: ({ peers }) => both(peers[0], 'max') },
  {
    title: 'packets',
    align: 'right',
    text: ({ ours, peers }) => `${both(ours, 'packets', count)} : ${both(peers[0], 'packets', count)}`,
  },
  { title: '<1ms', align: 'right', text: ({ ours }) => both(ours, 'good1ms') },
  {
    title: 'overshoot',
    align: 'right',
    text: ({ scenario, ours, peers }) =>
      scenario.event ? `${both(ours, 'overshoot')} : ${both(peers[0], 'overshoot')}` : '',
  },
  {
    title: 'rate moved',
    align: 'right',
    text: ({ scenario, ours }) => (scenario.event ? both(ours, 'frequencyMoved', ppm) : ''),
  },
  { title: 'steps', align: 'right', text: ({ ours }) => both(ours, 'steps', count) },
  { title: 'blind', align: 'right', text: ({ ours }) => both(ours, 'blind', count) },
  { title: 'bound wrong', align: 'right', text: ({ ours }) => both(ours, 'violations', count) },
]

/** Medians over the seeds, the worst seed in parentheses. */
export function resultTable(rows: readonly Row[]): string {
  const peers = [...new Set(rows.flatMap(row => row.peers.map(({ daemon }) => daemon)))]
  const said = columns(peers).filter(({ text }) => rows.some(row => /\w/.test(text(row))))
  return table(rows, said, plain)
}

export const resultJson = (rows: readonly Row[]): string =>
  JSON.stringify(
    rows.map(({ scenario, ours, peers }) => ({
      ...scenario,
      verdict: verdict({ scenario, ours, peers }),
      results: [...(ours ? [ours] : []), ...peers].map(({ daemon, measures, runs }) => ({
        daemon,
        measures,
        runs,
      })),
    })),
    (_, each) => (each === Number.POSITIVE_INFINITY ? 'never' : (each ?? null)),
    2,
  )
