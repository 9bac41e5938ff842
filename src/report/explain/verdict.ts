/** The one sentence that comes first, and findings gathered by kind. */
import type { Explained } from '#diagnosis/explain.ts'
import type { Finding, Severity } from '#diagnosis/finding.ts'

export type Verdict = Exclude<Severity, 'note'>

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  good: 'Good',
  warning: 'Warning',
  critical: 'Critical',
}

/** A note does not change it. */
export const verdictOf = ({ verdict }: Explained): Verdict => (verdict === 'note' ? 'good' : verdict)

/** Without the word for its severity. */
export function verdictSentence(host: Explained): string {
  const { findings } = host
  if (verdictOf(host) === 'good')
    return findings.find(({ name }) => name === 'good')?.what ?? 'Nothing to worry about was found.'
  const [first, ...more] = findingsByKind(findings)[0]!
  return `${first!.what}${more.length > 0 ? ` That is the largest of ${more.length + 1} such.` : ''}`
}

/** Kinds in the order of the findings; in each the largest first. That all is good is no finding to tell apart. */
export function findingsByKind(findings: readonly Finding[]): Finding[][] {
  const kinds = new Map<string, Finding[]>()
  for (const finding of findings)
    if (finding.name !== 'good') kinds.set(finding.name, [...(kinds.get(finding.name) ?? []), finding])
  const sizeOf = ({ measures }: Finding): number => Math.abs(measures.size ?? 0)
  return [...kinds.values()].map(kind => kind.sort((a, b) => sizeOf(b) - sizeOf(a)))
}
