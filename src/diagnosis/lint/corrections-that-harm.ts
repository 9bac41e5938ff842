/**
 * Corrections that are not written: `restrcit default ignore` does nothing, and put right it drops what servers answer. What appears with a
 * correction, is graver than a note, and ends nothing as grave is its harm. A setting that has a default is taken out with its line,
 * which changes nothing; what says who is asked and who is let in was written on purpose, and is left to a person.
 */
import { heededCommands } from '#dialects/ntpd/heeded.ts'
import { bySeverity, type Edit, editsOf, type Finding } from '../finding.ts'

/** What is found with these edits made. */
export type LookWith = (edits: readonly Edit[]) => readonly Finding[]

export function withoutHarm(
  findings: readonly Finding[],
  isCorrection: (finding: Finding) => boolean,
  look: LookWith,
): readonly Finding[] {
  const harms = new Map<Finding, Finding>()
  let left = MOST_LOOKS
  let written: readonly Edit[] = []
  let now: readonly Finding[] | undefined
  const keepOff = (corrections: readonly Finding[], harm: Finding): void => {
    for (const each of corrections) harms.set(each, harm)
  }
  /** Halves are tried one after the other, each on top of what was found to be harmless, until it is known whose the harm is. */
  const tryAll = (corrections: readonly Finding[], suspected?: Finding): void => {
    if (corrections.length === 0) return
    if (left-- <= 0 && suspected) return keepOff(corrections, suspected)
    const edits = [...written, ...corrections.flatMap(editsOf)]
    const then = look(edits)
    now ??= look([])
    const harm = harmBetween(now, then, corrections)
    if (!harm) {
      written = edits
      now = then
    } else if (corrections.length === 1) keepOff(corrections, harm)
    else {
      const half = Math.ceil(corrections.length / 2)
      tryAll(corrections.slice(0, half), harm)
      tryAll(corrections.slice(half), harm)
    }
  }
  // Without sources nothing else can show what harm it does.
  const all = findings.filter(isCorrection)
  tryAll(all.filter(isAboutSources))
  tryAll(all.filter(each => !isAboutSources(each)))
  return findings.map(finding => {
    const harm = harms.get(finding)
    return harm ? notWritten(finding, harm) : finding
  })
}

/** Each is at all files. What is suspected after so many is not written. */
const MOST_LOOKS = 40

export const isAboutSources = (finding: Finding): boolean =>
  editsOf(finding).some(({ text }) => /^\s*(?:server|pool|peer|refclock|NTP\s*=)/i.test(text))

/**
 * The worst of what is found only with the corrections, unless they end something as grave: of no source some may make one. What one
 * ends excuses no other, but for sources, which count together.
 */
function harmBetween(
  now: readonly Finding[],
  then: readonly Finding[],
  corrections: readonly Finding[],
): Finding | undefined {
  const [harm] = onlyIn(then, now)
    .filter(
      ({ name, severity }) => (severity === 'critical' || severity === 'warning') && !ABOUT_COUNTS.has(name),
    )
    .sort(bySeverity)
  if (!harm || (corrections.length > 1 && !corrections.every(isAboutSources))) return harm
  const ends = onlyIn(now, then).filter(({ name }) => !ABOUT_WORDS.has(name))
  return ends.some(each => bySeverity(each, harm) <= 0) ? undefined : harm
}

/** That a line is understood is what a correction is for. */
export const ABOUT_WORDS: ReadonlySet<string> = new Set([
  'misspelt',
  'wrong-values',
  'unknown-directive',
  'unknown-option',
])

/** Sources that were written were meant; how few they are is told when they count. */
const ABOUT_COUNTS: ReadonlySet<string> = new Set(['single-source', 'two-sources', 'fewer-than-four'])

export const onlyIn = (some: readonly Finding[], others: readonly Finding[]): Finding[] =>
  some.filter(({ name }) => !others.some(other => other.name === name))

/** Their first word, in a line that is put right, says that nothing is lost with it. */
const HAVE_DEFAULTS: ReadonlySet<string> = new Set(['tinker', 'tos'])

function notWritten(finding: Finding, harm: Finding): Finding {
  const corrections = editsOf(finding).filter(({ kind }) => kind === 'replace')
  const lines = corrections.map(({ text }) => text.trim().split('\n').at(-1)!)
  const isIdle =
    finding.remedy.daemon === 'ntpd' &&
    finding.evidence.every(({ text }) => heededCommands(text).length === 0)
  const idle = isIdle ? 'It does nothing as it stands; as' : 'As'
  const why = `${idle} ${lines.map(line => `\`${line}\``).join(', ')} it would do harm: ${harm.what}`
  const isTakenOut = isIdle && lines.every(line => HAVE_DEFAULTS.has(line.split(/\s+/)[0]!))
  const { edits: _, ...remedy } = finding.remedy
  return {
    ...finding,
    remedy: isTakenOut
      ? {
          ...remedy,
          text: `${why} Take the line out.`,
          changes: [],
          edits: corrections.map(({ file, line }) => ({ file, line, kind: 'delete', text: '' })),
        }
      : { ...remedy, text: `${why} Whoever wrote it must say what was meant.`, changes: [] },
  }
}
