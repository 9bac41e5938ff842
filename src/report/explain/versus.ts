/**
 * What a change did to a clock: its logs before and after, side by side. One clock has larger offsets in one kind of log than in
 * another, and through a noisier network: where both sides were not measured in one way, only the clock’s own part of them decides.
 */
import type { Comparison, Sizes } from '#analysis/log/statistics/compare.ts'
import { compareOffsets } from '#analysis/log/statistics/compare.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { FindingName, Severity } from '#diagnosis/finding.ts'
import { seriesOf } from '#diagnosis/odd-one.ts'
import type { Style } from '../style.ts'
import { printable, table } from '../table.ts'

export interface Versus {
  readonly before: string
  readonly after: string
  readonly comparison: Comparison | undefined
  /** The kinds of log that the offsets are of. */
  readonly measuredBy: { readonly before: string; readonly after: string } | undefined
  /** What makes offsets as they were measured no measure of the two clocks. */
  readonly unlike: 'kinds of log' | 'noise' | undefined
  /** Names of findings that are no more, that are new, and that stayed. */
  readonly gone: readonly string[]
  readonly appeared: readonly string[]
  readonly stayed: readonly string[]
  /** Of offsets and findings together; `mixed` when one speaks for it and the other against it. */
  readonly outcome: Comparison['outcome'] | 'mixed'
}

export function compareHosts(before: Explained, after: Explained): Versus {
  const [a, b] = seriesOfBoth(before, after)
  const [had, has] = [problemsOf(before), problemsOf(after)]
  const comparison = a && b && compareOffsets(a.offset, b.offset)
  const unlike = comparison && (a.format === b.format ? unlikeNoise(comparison) : 'kinds of log')
  const lighter = weightOf(before) - weightOf(after)
  return {
    before: before.name,
    after: after.name,
    comparison,
    measuredBy: a && b && { before: a.format, after: b.format },
    unlike,
    gone: had.filter(name => !has.includes(name)),
    appeared: has.filter(name => !had.includes(name)),
    stayed: had.filter(name => has.includes(name)),
    outcome: outcomeOf(comparison, unlike, lighter),
  }
}

type Series = ReturnType<typeof seriesOf>

/** Of one kind if there is one that both sides have. */
function seriesOfBoth(before: Explained, after: Explained): readonly [Series, Series] {
  const [a, b] = [seriesOf(before), seriesOf(after)]
  if (!a || !b || a.format === b.format) return [a, b]
  const other = seriesOf(after, a.format)
  if (other) return [a, other]
  const one = seriesOf(before, b.format)
  return one ? [one, b] : [a, b]
}

/** What differs is what its measurements scatter around the clock. */
const unlikeNoise = ({ by, outcome, before, after }: Comparison): 'noise' | undefined =>
  by === 'measured' && (outcome === 'better' ? after.noise < before.noise : after.noise > before.noise)
    ? 'noise'
    : undefined

/** What one kind of log shows, another need not: then findings do not count, either. */
function outcomeOf(comparison: Comparison | undefined, unlike: Versus['unlike'], lighter: number) {
  if (!comparison) return together('not known', lighter)
  const { outcome, by } = comparison
  if (!unlike || by === 'clock') return together(outcome, lighter)
  return unlike === 'noise' ? together('alike', lighter) : 'not known'
}

const problemsOf = ({ findings }: Explained): string[] => [
  ...new Set(findings.map(({ name }) => name).filter(name => name !== 'good')),
]

/** A kind of finding counts once, by its worst. */
const WEIGHTS: Readonly<Record<Severity, number>> = { good: 0, note: 0, warning: 1, critical: 3 }

function weightOf({ findings }: Explained): number {
  const kinds = new Map<FindingName, number>()
  for (const { name, severity } of findings)
    kinds.set(name, Math.max(kinds.get(name) ?? 0, WEIGHTS[severity]))
  return [...kinds.values()].reduce((sum, weight) => sum + weight, 0)
}

function together(offsets: Comparison['outcome'], lighter: number): Versus['outcome'] {
  const findings = lighter > 0 ? 'better' : lighter < 0 ? 'worse' : 'alike'
  if (offsets === 'not known') return findings === 'alike' ? 'not known' : findings
  if (offsets === 'alike' || findings === offsets) return findings
  return findings === 'alike' ? offsets : 'mixed'
}

const HEADLINES: Readonly<Record<Versus['outcome'], string>> = {
  better: 'Better',
  worse: 'Worse',
  mixed: 'Better in one way and worse in another',
  alike: 'Alike',
  'not known': '',
}

/** Whose first word it is, where the offsets do not say it. */
function headline({ outcome, comparison, unlike }: Versus): string {
  const told = HEADLINES[outcome]
  const offsetsSayIt = comparison?.outcome === outcome && (!unlike || comparison.by === 'clock')
  const byFindings = (outcome === 'better' || outcome === 'worse') && !offsetsSayIt
  return told && `${told}${byFindings ? ', by its findings' : ''}.`
}

export function versusScreen(versus: Versus, style: Style): string {
  const { comparison, gone, appeared, stayed } = versus
  const lines = [style('bold', printable(`${versus.before}, then ${versus.after}`))]
  lines.push(
    style(
      'bold',
      [
        headline(versus),
        comparison ? sentence(comparison, versus) : 'Nothing was measured that could be compared.',
      ]
        .join(' ')
        .trim(),
    ),
  )
  if (comparison) lines.push('', sizes(comparison, style).trimEnd())
  const findings: readonly (readonly [string, readonly string[]])[] = [
    ['no more', gone],
    ['new', appeared],
    ['still', stayed],
  ]
  const told = findings.filter(([, names]) => names.length > 0)
  if (told.length > 0) lines.push('')
  for (const [label, names] of told) lines.push(`${style('dim', label.padStart(9))} ${names.join(', ')}`)
  return `${lines.join('\n')}\n`
}

function sentence(
  { outcome, by, before, after, confidence }: Comparison,
  { unlike, measuredBy }: Versus,
): string {
  if (outcome === 'not known') return 'Too little was measured to compare.'
  if (unlike === 'kinds of log' && by !== 'clock')
    return `Offsets cannot be compared: they are of ${measuredBy!.before} before and of ${measuredBy!.after} after, which show one clock differently; of the clock itself no difference is sure.`
  if (outcome === 'alike') return 'Offsets differ no more than by chance.'
  const sure = `confidence ${Math.floor(Math.min(confidence, 0.999) * 1000) / 10} %`
  if (by === 'clock')
    return `The clock is ${outcome === 'better' ? 'nearer to' : 'further from'} true time (${sure}): off by ${usually(before.clock)} before, ${usually(after.clock)} after, the noise of its measurements taken out.`
  if (unlike === 'noise')
    return `Of the clock itself no difference is sure: what is ${outcome === 'better' ? 'smaller' : 'larger'} is the scatter of its measurements, ${duration(before.noise)} before and ${duration(after.noise)} after, and that is the network’s, or of a clock that swings faster than it is measured.`
  const usual = `RMS offset ${duration(before.usual)} before, ${duration(after.usual)} after, but for events`
  return `Offsets are ${outcome === 'better' ? 'smaller' : 'larger'} (${sure}): ${usual}; of the clock itself no difference is sure.`
}

const usually = (clock: Seconds): string => (clock > 0 ? duration(clock) : 'less than can be told')

const QUANTITIES: readonly (readonly [string, (of: Sizes) => number])[] = [
  ['without noise', of => of.clock],
  ['but for events', of => of.usual],
  ['RMS', of => of.rms],
  ['half of all below', of => of.p50],
  ['95 % below', of => of.p95],
  ['worst', of => of.worst],
]

const sizes = ({ before, after }: Comparison, style: Style): string =>
  table(
    QUANTITIES,
    [
      { title: 'offset', text: ([name]) => name },
      { title: 'before', align: 'right', text: ([, value]) => duration(value(before)) },
      { title: 'after', align: 'right', text: ([, value]) => duration(value(after)) },
    ],
    style,
  )
