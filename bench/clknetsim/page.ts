/** The page of figures, docs/reference/accuracy.md, from a run of everything. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { CHRONYD } from './daemons.ts'
import type { Measures } from './measure.ts'
import { both, count, MEASURED, ppm, type Row, ratio, time, verdict } from './report.ts'

const PAGE = new URL('../../docs/reference/accuracy.md', import.meta.url)
const DAY = 86_400

interface Column {
  readonly title: string
  readonly text: (row: Row) => string
}

const peer = ({ peers }: Row) => peers[0]
const scenario: Column = {
  title: 'scenario, polls',
  text: ({ scenario }) => `${scenario.title}, ${scenario.polls.join('-')}`,
}
const compared = (peerName: string): Column[] => [
  { title: 'measure', text: ({ scenario }) => MEASURED[scenario.measure] ?? scenario.measure },
  { title: 'clockwright', text: ({ scenario, ours }) => both(ours, scenario.measure) },
  { title: peerName, text: row => both(peer(row), row.scenario.measure) },
  { title: 'ratio', text: ratio },
]
const marks: Column[] = [
  { title: 'must', text: ({ scenario }) => (scenario.must === undefined ? '' : time(scenario.must)) },
  { title: 'goal', text: ({ scenario }) => (scenario.goal === undefined ? '' : time(scenario.goal)) },
  { title: 'verdict', text: verdict },
]
const against = (title: string, name: keyof Measures, write?: (value: number) => string): Column => ({
  title,
  text: row => `${both(row.ours, name, write)} : ${both(peer(row), name, write)}`,
})
const packets = against('packets', 'packets', count)
const wrong: Column = { title: 'bound wrong', text: ({ ours }) => both(ours, 'violations', count) }

const blind: Column = { title: 'blind', text: ({ ours }) => both(ours, 'blind', count) }

const STEADY = [scenario, ...compared('chronyd'), ...marks, against('maximum', 'max'), packets, wrong]
const PAUSES = [
  scenario,
  ...compared('chronyd, `makestep 1 -1`'),
  ...marks.filter(({ title }) => title !== 'goal'),
  against('overshoot', 'overshoot'),
  { title: 'rate moved', text: ({ ours }: Row) => both(ours, 'frequencyMoved', ppm) },
  { title: 'steps', text: ({ ours }: Row) => both(ours, 'steps', count) },
  blind,
  wrong,
]
const OTHERS = [scenario, ...compared('chronyd'), against('maximum', 'max'), packets, blind, wrong]

/** `agent`: which one it was, in words. */
export function writePage(rows: readonly Row[], agent: string, seeds: number): void {
  const of = (group: string) => rows.filter(row => row.scenario.group === group)
  const text = `# Accuracy

What clockwright reaches in [clknetsim](../guide/run-in-clknetsim.md), the simulator in which chrony is tested, beside
chronyd in the same scenarios with the same seeds. Everything is judged by the simulator's true time, once a second, and
nothing by a daemon's own opinion.

This page is written by \`npm run bench:clknetsim -- --write\`. Here: ${agent}, ${chronyVersion()}, ${seeds} seeds.
Figures are medians over the seeds, with the worst seed in parentheses; where there are two with a colon, ours is the
first. Scenarios are defined in \`bench/clknetsim/scenarios.ts\`.

- *verdict*: \`goal\` or \`must\` where our median is within them, and what else is not as it should be: more packets than
  chronyd, an overshoot above 1 ms or a rate moved by more than 0.1 ppm by a pause, a bound that was wrong.
- *ratio*: our median against chronyd's. Below 1, ours is better.
- *bound wrong*: in how many seconds of a run the true time was not within the published interval.
- *blind*: the same, for seconds after a pause, or after the counter began to run at another rate, in which nobody could know.
  Nothing on the machine shows either; so until there is a reply, to a request that left afterwards, whose offset ± root distance
  excludes what was published (\`bench/lab/honest/blindness.ts\`).
- *rate moved*: how far the estimated rate went from its value before, in the hour after.

${bounds(rows)}

## Steady state and trouble

${markdown(of('judged'), STEADY)}
## Pauses

Real, monotonic and raw clock stand still. Times count from the resume.

${markdown(of('pauses'), PAUSES)}
## Others

Other clocks, networks and events: what was only tuned to the cases above would show here.

${markdown(of('others'), OTHERS)}`
  writeFileSync(PAGE, text)
}

const chronyVersion = (): string =>
  /version (\S+)/
    .exec(spawnSync(CHRONYD, ['-v'], { encoding: 'utf8' }).stdout)?.[1]
    ?.replace(/^/, 'chronyd ') ?? 'an unknown chronyd'

/** How long the promise was watched, and how often it was broken. */
function bounds(rows: readonly Row[]): string {
  const sum = (name: 'looks' | 'violations' | 'blind') =>
    rows.flatMap(({ ours }) => ours?.runs ?? []).reduce((total, run) => total + (run[name] ?? 0), 0)
  const days = sum('looks') / DAY
  return `Over all of them, the published interval was looked at in ${days.toFixed(0)} simulated days. It was wrong in ${sum('violations')} seconds, and in ${sum('blind')} more nobody could have known.`
}

function markdown(rows: readonly Row[], columns: readonly Column[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(() => '---')),
    ...rows.map(row => line(columns.map(({ text }) => text(row)))),
  ].join('')
}
