/** What a change did to a clock: its logs before and after, side by side. */
import type { Comparison, Sizes } from '#analysis/log/compare.ts'
import { compareOffsets } from '#analysis/log/compare.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { FindingName, Severity } from '#diagnosis/finding.ts'
import { offsetOf } from '#diagnosis/odd-one.ts'
import type { Style } from '../style.ts'
import { printable, table } from '../table.ts'

export interface Versus {
  readonly before: string
  readonly after: string
  readonly comparison: Comparison | undefined
  /** Names of findings that are no more, that are new, and that stayed. */
  readonly gone: readonly string[]
  readonly appeared: readonly string[]
  readonly stayed: readonly string[]
  /** Of offsets and findings together; `mixed` when one speaks for it and the other against it. */
  readonly outcome: Comparison['outcome'] | 'mixed'
}

export function compareHosts(before: Explained, after: Explained): Versus {
  const [a, b] = [offsetOf(before), offsetOf(after)]
  const [had, has] = [problemsOf(before), problemsOf(after)]
  const comparison = a && b && compareOffsets(a, b)
  const lighter = weightOf(before) - weightOf(after)
  return {
    before: before.name,
    after: after.name,
    comparison,
    gone: had.filter(name => !has.includes(name)),
    appeared: has.filter(name => !had.includes(name)),
    stayed: had.filter(name => has.includes(name)),
    outcome: together(comparison?.outcome ?? 'not known', lighter),
  }
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
  better: 'Better.',
  worse: 'Worse.',
  mixed: 'Better in one way and worse in another.',
  alike: 'Alike.',
  'not known': '',
}

export function versusScreen(versus: Versus, style: Style): string {
  const { comparison, gone, appeared, stayed } = versus
  const lines = [style('bold', printable(`${versus.before}, then ${versus.after}`))]
  lines.push(
    style(
      'bold',
      [
        HEADLINES[versus.outcome],
        comparison ? sentence(comparison) : 'Nothing was measured that could be compared.',
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

function sentence({ outcome, by, before, after, confidence }: Comparison): string {
  if (outcome === 'not known') return 'Too little was measured to compare.'
  if (outcome === 'alike') return 'Offsets differ no more than by chance.'
  const sure = `confidence ${Math.floor(Math.min(confidence, 0.999) * 1000) / 10} %`
  if (by === 'clock')
    return `The clock is ${outcome === 'better' ? 'nearer to' : 'further from'} true time (${sure}): off by ${usually(before.clock)} before, ${usually(after.clock)} after, the noise of its measurements taken out.`
  const rms = `RMS offset ${duration(before.rms)} before, ${duration(after.rms)} after`
  return `Offsets are ${outcome === 'better' ? 'smaller' : 'larger'} (${sure}): ${rms}; of the clock itself no difference is sure.`
}

const usually = (clock: Seconds): string => (clock > 0 ? duration(clock) : 'less than can be told')

const QUANTITIES: readonly (readonly [string, (of: Sizes) => number])[] = [
  ['without noise', of => of.clock],
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
