/**
 * What is found only because a word is wrong: ntpd drops `tinker stepout10 panic 0` as a whole, so that nothing keeps it from ending itself,
 * and servers that are misspelt are none. It is no second mistake, and the correction mends it: it is told with that, or, where it is graver,
 * by itself and with the correction for its remedy.
 */
import { bySeverity, editsOf, type Finding } from '../finding.ts'
import { ABOUT_WORDS, isAboutSources, type LookWith, onlyIn } from './corrections-that-harm.ts'

export function withWhatTheyEnd(
  findings: readonly Finding[],
  isCorrection: (finding: Finding) => boolean,
  look: LookWith,
): readonly Finding[] {
  const corrections = findings.filter(
    each => isCorrection(each) && each.name === 'misspelt' && each.remedy.daemon === 'ntpd',
  )
  if (corrections.length === 0) return findings
  const ended = onlyIn(look([]), look(corrections.flatMap(editsOf))).filter(
    ({ name, severity }) => severity !== 'note' && !ABOUT_WORDS.has(name),
  )
  const causes = new Map(
    findings
      .filter(each => ended.some(({ name }) => name === each.name))
      .map(each => [each, causesOf(each, corrections, look)]),
  )
  return findings
    .filter(each => !causes.has(each) || bySeverity(each, causes.get(each)![0]!) < 0)
    .map(finding => {
      const own = causes.get(finding)
      if (own) return mendedBy(finding, own)
      return [...causes]
        .filter(([each, [first]]) => first === finding && bySeverity(each, finding) >= 0)
        .reduce((whole, [{ name, what }]) => withFollowing(whole, name, what), finding)
    })
}

/** Each is tried by itself, at all files. */
const MOST_TRIED = 8

/** Those that end it alone; of sources all, and all where none does. */
function causesOf(
  { name }: Finding,
  corrections: readonly Finding[],
  look: LookWith,
): readonly [Finding, ...Finding[]] {
  const alone = corrections
    .slice(0, MOST_TRIED)
    .filter(each => !look(editsOf(each)).some(other => other.name === name))
  const [first, ...others] =
    alone.length > 0 && alone.every(isAboutSources) ? corrections.filter(isAboutSources) : alone
  return first ? [first, ...others] : (corrections as [Finding, ...Finding[]])
}

function mendedBy(finding: Finding, causes: readonly Finding[]): Finding {
  const { actions: _, ...remedy } = finding.remedy
  return {
    ...finding,
    remedy: {
      ...remedy,
      text: 'Put right what is misspelt: these lines count then.',
      changes: causes.flatMap(({ remedy }) => remedy.changes),
      edits: causes.flatMap(editsOf),
    },
  }
}

const withFollowing = (finding: Finding, name: string, what: string): Finding => ({
  ...finding,
  cost: `${finding.cost} Hence \`${name}\`, too: ${what}`,
})
