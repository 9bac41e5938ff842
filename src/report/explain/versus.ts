/** What a change did to a clock: its logs before and after, side by side. */
import type { Comparison, Sizes } from '#analysis/log/compare.ts'
import { compareOffsets } from '#analysis/log/compare.ts'
import type { OffsetMeasures } from '#analysis/log/host-log.ts'
import { duration } from '#core/time/format.ts'
import type { Explained } from '#diagnosis/explain.ts'
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
}

export function compareHosts(before: Explained, after: Explained): Versus {
  const [a, b] = [offsetOf(before), offsetOf(after)]
  const [had, has] = [problemsOf(before), problemsOf(after)]
  return {
    before: before.name,
    after: after.name,
    comparison: a && b && compareOffsets(a, b),
    gone: had.filter(name => !has.includes(name)),
    appeared: has.filter(name => !had.includes(name)),
    stayed: had.filter(name => has.includes(name)),
  }
}

const offsetOf = ({ keepers, log }: Explained): OffsetMeasures | undefined =>
  (keepers.map(({ daemon }) => log.bestSamples(daemon)).find(Boolean) ?? [...log.updates.values()][0])?.offset

const problemsOf = ({ findings }: Explained): string[] => [
  ...new Set(findings.map(({ name }) => name).filter(name => name !== 'good')),
]

export function versusScreen(versus: Versus, style: Style): string {
  const { comparison, gone, appeared, stayed } = versus
  const lines = [style('bold', printable(`${versus.before}, then ${versus.after}`))]
  lines.push(
    style('bold', comparison ? sentence(comparison) : 'Nothing was measured that could be compared.'),
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

function sentence({ outcome, before, after, share, confidence }: Comparison): string {
  if (outcome === 'not known') return 'Too little was measured to compare.'
  if (outcome === 'alike') return 'No difference that chance could not have made.'
  const often = Math.round((outcome === 'better' ? share : 1 - share) * 100)
  const sure = Math.floor(Math.min(confidence, 0.999) * 1000) / 10
  const rms = `RMS offset ${duration(before.rms)} before, ${duration(after.rms)} after`
  return `${outcome === 'better' ? 'Better' : 'Worse'} in ${often} % of the times compared (confidence ${sure} %): ${rms}.`
}

const QUANTITIES: readonly (readonly [string, (of: Sizes) => number])[] = [
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
