/**
 * Writes docs/reference/lab-models.md: the lab's daemons against the real ones, all cells, the ones that are not met marked.
 *
 *   node bench/lab/write-models.ts [--seeds N]
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { duration } from '#core/time/format.ts'

const PAGE = new URL('../../docs/reference/lab-models.md', import.meta.url)
/** JSON has no infinity: null is a clock that never got there. */
type Time = number | null

interface PauseRow {
  readonly daemon: string
  readonly configuration: string
  readonly pause: number
  readonly real: Time
  readonly realRange: readonly Time[]
  readonly model: Time
  readonly modelRange: readonly Time[]
  readonly ratio: Time
  readonly realExits: number
  readonly exits: number
  readonly realSteps?: number
  readonly steps: number
  readonly met: boolean
}

interface ReferenceRow {
  readonly title: string
  readonly daemon: string
  readonly unit: string
  readonly real: Time
  readonly model: Time
  readonly p10: Time
  readonly p90: Time
}

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '20' } } })
const pauses = rowsOf<PauseRow>('pause-recovery.ts')
const references = rowsOf<ReferenceRow>('reference-runs.ts')
const met = pauses.filter(row => row.met).length
const near = references.filter(row => isNear(row))

writeFileSync(
  PAGE,
  `# The lab's models against reality

Written by \`node bench/lab/write-models.ts --seeds ${values.seeds}\`; not by hand. Other seeds give other figures, and a cell at the edge may be met or not.

The daemons of the lab are models: they read the real configuration files and do what the sources of ntpd and chronyd do, in a
simulated world. Here they are held against runs of the real programs in clknetsim, the simulator in which chrony's author
tests chrony, judged by the simulator's true offset once a second.

## After a jump

The wall clock jumps back by so much (the guest "was paused"), in ${pauses.length} cells of a daemon, a configuration and a length, with five
real runs in each, at five phases of the polls. The data is \`bench/lab/real-runs.csv\`. A
cell is met when the model's median time until the clock stays within 10 ms is within a factor 1.5 of the real one (or neither
gets there), and it ends and steps when the real one does. **${met} of ${pauses.length} cells are met.**

Whether a real daemon stepped is not in the data; it follows from how soon its clock came from 128 ms to 10 ms. Where it never
came, or where a slew of that daemon is as quick as a step, that cannot be told: \`?\`, in ${pauses.filter(row => row.realSteps === undefined).length} of the cells. These are met by
time and end alone.

| daemon | configuration | jump | to < 10 ms, real | model | ratio | ends, real / model | steps, real / model | |
|---|---|---|---|---|---|---|---|---|
${pauses.map(pauseLine).join('\n')}

## Accuracy, pauses, outages, fast clocks

What real daemons reached in further runs (chrony 4.8 and 4.3, ntpd 4.2.8p6 and 4.2.6p5, NTPsec 1.2.5; medians over 3 to 20 seeds),
and the models in the same stories. ${near.length} of ${references.length} rows lie within a factor 1.5; the others are marked. A range is from the best
tenth of the model's seeds to the worst.

| story | daemon | real | model | ratio | |
|---|---|---|---|---|---|
${references.map(referenceLine).join('\n')}

Of the rows with four servers on the internet, some 50 ms off from the start: a far server is outvoted, and the nearest is not, because
the intervals of the others reach that far. With two that are off ntpd wanders by tens of milliseconds, and where the furthest is
one of them by 1 to 500 ms, each run otherwise: there a median over seven runs says little.

The last rows are of ntpd begun half a second past the simulator's seconds. Begun at a full second with a right clock, \`-x\` is held
there by the simulator itself: whenever the clock crosses the second, two adjtimes meet one second of the simulator, or none. Such
runs stay within microseconds at the longest poll, and take 9000 s after a pause of 1200 s; on no kernel do the two drift past
each other. How long a pause of 1200 s takes goes by the poll at that moment, from ten minutes to three hours: there a median over 20
runs may be off by a factor of two.
`,
)
console.log(`${met} of ${pauses.length} cells and ${near.length} of ${references.length} rows are met`)

function rowsOf<Row>(script: string): Row[] {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const args = ['--disable-warning=ExperimentalWarning', path, '--json', '--seeds', values.seeds]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 }))
}

function pauseLine(row: PauseRow): string {
  const ratio = row.ratio === null || row.real === null ? '–' : row.ratio.toFixed(2)
  const cells = [
    row.daemon,
    `\`${row.configuration}\``,
    duration(row.pause),
    withRange(row.real, row.realRange),
    withRange(row.model, row.modelRange),
    ratio,
    `${percent(row.realExits)} / ${percent(row.exits)}`,
    `${percent(row.realSteps)} / ${percent(row.steps)}`,
    row.met ? '' : '**not met**',
  ]
  return `| ${cells.join(' | ')} |`
}

function referenceLine(row: ReferenceRow): string {
  const { title, daemon, unit, real, model, p10, p90 } = row
  const ratio = real === null || model === null ? '–' : (model / real).toFixed(2)
  const range = p10 === p90 ? '' : ` (${figure(p10)}–${figure(p90)})`
  const cells = [
    title,
    daemon,
    `${figure(real)} ${real === null ? '' : unit}`.trim(),
    `${figure(model)}${range}`,
    ratio,
    isNear(row) ? '' : '**far**',
  ]
  return `| ${cells.join(' | ')} |`
}

function isNear({ real, model }: ReferenceRow): boolean {
  if (real === null || model === null) return real === model
  if (real === model) return true
  const ratio = model / real
  return ratio <= 1.5 && ratio >= 1 / 1.5
}

function withRange(middle: Time, range: readonly Time[]): string {
  const ends = range.map(seconds)
  return ends[0] === ends[1] ? seconds(middle) : `${seconds(middle)} (${ends.join('–')})`
}

function seconds(value: Time): string {
  return value === null ? 'never' : `${value.toFixed(0)} s`
}

function figure(value: Time): string {
  if (value === null) return 'never'
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2)
}

function percent(part: number | undefined): string {
  return part === undefined ? '?' : part === 0 ? 'no' : part === 1 ? 'yes' : `${Math.round(100 * part)} %`
}
