/** The one sentence that comes first, and findings gathered by kind. */
import { duration } from '#core/time/format.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { Finding, Severity } from '#diagnosis/finding.ts'
import { ranQuietly } from '#diagnosis/ran-quietly.ts'

/** `unknown`: there is nothing by which a clock could be judged. */
export type Verdict = Exclude<Severity, 'note'> | 'unknown'

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  unknown: 'Unknown',
  good: 'Good',
  warning: 'Warning',
  critical: 'Critical',
}

/** A note does not change it. */
export function verdictOf({ verdict, findings }: Pick<Explained, 'verdict' | 'findings'>): Verdict {
  if (verdict === 'warning' || verdict === 'critical') return verdict
  return findings.some(({ name }) => name === 'good') ? 'good' : 'unknown'
}

/** Without the word for its severity. */
export function verdictSentence(host: Explained): string {
  const { findings } = host
  const verdict = verdictOf(host)
  if (verdict === 'unknown')
    return ['Nothing was measured: these logs do not say how right this clock was.', ...quiet(host)].join(' ')
  if (verdict === 'good') return findings.find(({ name }) => name === 'good')!.what
  const [first, ...more] = findingsByKind(findings)[0]!
  return `${first!.what}${more.length > 0 ? ` That is the largest of ${more.length + 1} such.` : ''}`
}

const quiet = ({ log, keepers }: Explained): string[] =>
  keepers.flatMap(keeper => {
    const time = ranQuietly(log, keeper)
    return time === undefined
      ? []
      : [`${keeper.name} ran for ${duration(time)} after its start, and none of its words tells of trouble.`]
  })

/** Kinds in the order of the findings; in each the largest first. That all is good is no finding to tell apart. */
export function findingsByKind(findings: readonly Finding[]): Finding[][] {
  const kinds = new Map<string, Finding[]>()
  for (const finding of findings)
    if (finding.name !== 'good') kinds.set(finding.name, [...(kinds.get(finding.name) ?? []), finding])
  const sizeOf = ({ measures }: Finding): number => Math.abs(measures.size ?? 0)
  return [...kinds.values()].map(kind => kind.sort((a, b) => sizeOf(b) - sizeOf(a)))
}
