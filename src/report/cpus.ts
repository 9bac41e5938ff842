/** What `clockwright cpus` says: a row for each processor, what was seen of each clock, and the findings; and the same as JSON. */
import { type CpuClocks, oddOf } from '#analysis/cpus/clocks.ts'
import type { CpuClock } from '#analysis/cpus/compare.ts'
import type { Lateness } from '#analysis/cpus/lateness.ts'
import { formatCpuList } from '#core/guest/cpu-list.ts'
import type { CpuClockName, ReadingLoop } from '#core/guest/cpu-observations.ts'
import { duration, rate } from '#core/time/format.ts'
import { type Finding, type Severity, worst } from '#diagnosis/finding.ts'
import { encodeFinding } from './explain/encode.ts'
import { findingsByKind, VERDICT_WORDS } from './explain/verdict.ts'
import { tellFinding } from './findings.ts'
import { monitoringLine } from './monitoring.ts'
import type { Emphasis, Style } from './style.ts'
import { type Column, table, wrapped } from './table.ts'
import { aheadOrBehind, plural, UNKNOWN } from './words/say.ts'

/** Here it is the answer, and not an excerpt of it. */
const ALL_EVIDENCE = 20

export interface CpuReport {
  readonly clocks: CpuClocks
  readonly findings: readonly Finding[]
}

export type CpuVerdictCode = 'good' | 'warning' | 'critical' | 'unknown'

/** Where a processor could not be compared, that nothing else was found is no good news. */
export function cpuVerdict({ clocks, findings }: CpuReport): CpuVerdictCode {
  const most: Severity = worst(findings)
  if (most === 'critical' || most === 'warning') return most
  return clocks.cpus.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'good'
}

const CLOCK_TITLES: Readonly<Record<CpuClockName, string>> = {
  realtime: 'wall clock (CLOCK_REALTIME)',
  monotonic: 'monotonic clock (CLOCK_MONOTONIC)',
  raw: 'raw counter (CLOCK_MONOTONIC_RAW)',
  tsc: 'processor’s counter (TSC)',
}

export function cpusText(report: CpuReport, columns: number, style: Style): string {
  const { clocks, findings } = report
  const kinds = findingsByKind(findings)
  return [
    ...wrapped(headline(report), columns, '').map(line => `${style('bold', line)}\n`),
    '\n',
    style('dim', `${CLOCK_TITLES[clocks.clock]}\n`),
    table(clocks.cpus, cpuColumns(clocks), style),
    '\n',
    table(clocks.loops, LOOP_COLUMNS, style),
    ...kinds.map(
      kind =>
        `\n${tellFinding(kind, { columns, fileNames: [], evidence: ALL_EVIDENCE }, style).join('\n')}\n`,
    ),
  ].join('')
}

/** One line for monitoring: words, then what can be plotted, with the limits at which it warns and is critical. */
export function cpusMonitoring(report: CpuReport): string {
  const { cpus } = report.clocks
  const word = { good: 'OK', warning: 'WARNING', critical: 'CRITICAL', unknown: 'UNKNOWN' }[
    cpuVerdict(report)
  ]
  const most = (values: readonly (number | undefined)[]): string => {
    const known = values.filter(value => value !== undefined).map(Math.abs)
    return known.length === 0 ? 'U' : `${Number(Math.max(...known).toPrecision(6))}s`
  }
  const odd = oddOf(report.clocks.compared).length
  const data = [
    `apart=${most(cpus.map(({ offset, bound }) => apart(offset, bound)))};0.000001;0.001`,
    `offset=${most(cpus.map(({ offset }) => offset))};;`,
    `bound=${most(cpus.map(({ bound }) => bound))};;`,
    `late=${most(cpus.map(({ late }) => late?.typical))};0.05;0.5`,
    `odd=${odd};0;0`,
  ]
  return monitoringLine(word, sentence(report), data)
}

/** What is certain of a difference. */
const apart = (offset: number | undefined, bound: number | undefined): number | undefined =>
  offset === undefined || bound === undefined ? undefined : Math.max(0, Math.abs(offset) - bound)

/** The shape that docs/reference/commands.md describes. */
export const cpusJson = ({ clocks, findings }: CpuReport) => ({
  cpus: clocks.cpus.map(({ cpu, offset, bound, rate, late }) => ({
    cpu,
    offset,
    bound,
    rate,
    late: late?.most,
  })),
  blips: clocks.blips.map(({ clock, cpu, size, count, period }) => ({ clock, cpu, size, count, period })),
  resolution: Object.fromEntries(
    clocks.loops.map(({ clock, reported, smallest, readings, elapsed, backwards }) => [
      clock,
      { reported, smallest, readings, perSecond: perSecond({ readings, elapsed }), backwards },
    ]),
  ),
  findings: findings.map(finding => encodeFinding(finding, [], () => null)),
})

function headline(report: CpuReport): string {
  const verdict = cpuVerdict(report)
  return `${VERDICT_WORDS[verdict]}. ${sentence(report)}`
}

function sentence(report: CpuReport): string {
  const { clocks, findings } = report
  const verdict = cpuVerdict(report)
  if (verdict === 'warning' || verdict === 'critical') return findingsByKind(findings)[0]![0]!.what
  const unknown = clocks.cpus.filter(each => each.verdict === 'unknown').map(({ cpu }) => cpu)
  if (unknown.length > 0)
    return `Of CPU ${formatCpuList(unknown)} nothing is known: there was not enough time, or no processor to spare. Give it more with --time.`
  const [only, ...more] = clocks.cpus
  if (more.length === 0)
    return `There is CPU ${only!.cpu} alone, or no other is allowed: its clock went forward.`
  const within = Math.max(...clocks.cpus.map(({ offset, bound }) => Math.abs(offset ?? 0) + (bound ?? 0)))
  return `${plural(clocks.cpus.length, 'CPU')} agree on the time to within ${duration(within)}.`
}

type Row = CpuClocks['cpus'][number]

const VERDICTS: Readonly<Record<CpuClock['verdict'], { word: string; emphasis: Emphasis }>> = {
  agrees: { word: 'agrees', emphasis: 'green' },
  odd: { word: 'ODD', emphasis: 'red' },
  alone: { word: 'alone', emphasis: 'dim' },
  undecided: { word: 'differs', emphasis: 'yellow' },
  unknown: { word: 'unknown', emphasis: 'yellow' },
}

function cpuColumns({ others, compared }: CpuClocks): Column<Row>[] {
  return [
    { title: 'CPU', align: 'right', text: ({ cpu }) => `${cpu}` },
    {
      title: 'offset',
      align: 'right',
      text: ({ cpu, offset, verdict }) =>
        cpu === compared?.against && verdict !== 'alone' ? 'compared with' : aheadOrBehind(offset),
    },
    {
      title: '±',
      align: 'right',
      text: ({ bound, cpu }) => (cpu === compared?.against ? '' : duration(bound)),
    },
    ...others.map(
      (other): Column<Row> => ({
        title: other.clock === 'tsc' ? 'TSC' : other.clock,
        text: ({ cpu }) => VERDICTS[other.cpus.find(each => each.cpu === cpu)!.verdict].word,
        emphasis: ({ cpu }) => VERDICTS[other.cpus.find(each => each.cpu === cpu)!.verdict].emphasis,
      }),
    ),
    { title: 'rate', align: 'right', text: rateText },
    { title: 'timers late', align: 'right', text: ({ late }) => lateText(late, 'typical') },
    { title: 'at most', align: 'right', text: ({ late }) => lateText(late, 'most') },
    {
      title: 'verdict',
      text: ({ verdict }) => VERDICTS[verdict].word,
      emphasis: ({ verdict }) => VERDICTS[verdict].emphasis,
    },
  ]
}

function rateText({ rate: value, rateBound }: Row): string {
  if (value === undefined || rateBound === undefined) return ''
  return `${rate(value)} ± ${rate(rateBound).slice(1)}`
}

function lateText(late: Lateness | undefined, which: 'typical' | 'most'): string {
  if (!late) return UNKNOWN
  return `${late[`${which}AtLeast`] ? '> ' : ''}${duration(late[which])}`
}

const perSecond = ({ readings, elapsed }: Pick<ReadingLoop, 'readings' | 'elapsed'>): number | undefined =>
  elapsed > 0 ? Math.round(readings / elapsed) : undefined

const LOOP_COLUMNS: readonly Column<ReadingLoop>[] = [
  { title: 'clock', text: ({ clock }) => clock },
  { title: 'resolution', align: 'right', text: ({ reported }) => duration(reported) },
  { title: 'smallest step', align: 'right', text: ({ smallest }) => duration(smallest) },
  { title: 'readings', align: 'right', text: ({ readings }) => `${readings}` },
  {
    title: 'per second',
    align: 'right',
    text: loop =>
      perSecond(loop) === undefined ? UNKNOWN : `${(perSecond(loop)! / 1e6).toFixed(2)} million`,
  },
  {
    title: 'went back',
    align: 'right',
    text: ({ backwards }) => (backwards === 0 ? 'never' : `${backwards} times`),
    emphasis: ({ backwards }) => (backwards === 0 ? undefined : 'red'),
  },
]
