/**
 * wrong-values: `lock` of a refclock names the refid of the one that tells which second a pulse is of. Where none has it, chronyd starts
 * all the same, and tells the seconds by whatever else it follows (RCL_StartRefclocks in refclock.c).
 */
import { isTemplate } from '#dialects/template.ts'
import type { Finding } from '../../finding.ts'
import { found, type LintRule, replaceWord } from '../rule.ts'
import { evidenceAt, type LintSubject, lineOf, namesMore } from '../subject.ts'

interface Clock {
  readonly file: number
  readonly line: number
  readonly refid: string
  readonly lock: string | undefined
}

export const refclockLocks: LintRule = subject => {
  // The one that is meant may stand in a file that is not here.
  if (namesMore(subject, subject.chrony)) return []
  const clocks = clocksOf(subject)
  return clocks.flatMap(clock => {
    const others = clocks.filter(each => each !== clock).map(({ refid }) => refid)
    const { lock } = clock
    if (lock === undefined || others.includes(lock)) return []
    return [withoutOther(subject, clock, lock, others)]
  })
}

function clocksOf(subject: LintSubject): Clock[] {
  const written = subject.chrony.flatMap(({ file, read }) => read.refclocks.map(each => ({ file, ...each })))
  // A name may be filled in later.
  if (written.some(({ text }) => isTemplate(text))) return []
  return written.map(({ file, line, driver, options }, index) => {
    const wordAfter = (option: string) =>
      options[options.findIndex(word => word.toLowerCase() === option) + 1 || options.length]?.slice(0, 4)
    const isOwn = options.some(word => word.toLowerCase() === 'local')
    return {
      file,
      line,
      refid: wordAfter('refid') ?? ownName(driver, index),
      lock: isOwn ? undefined : wordAfter('lock'),
    }
  })
}

/** Without a refid it is called by its driver and a number: PPS0, SHM1, and PP10 where there are so many. */
const ownName = (driver: string, index: number): string =>
  index < 10 ? `${driver.slice(0, 3)}${index}` : `${driver.slice(0, 2)}${index % 100}`

function withoutOther(
  subject: LintSubject,
  { file, line }: Clock,
  lock: string,
  others: readonly string[],
): Finding {
  const meant =
    others.find(refid => refid.toLowerCase() === lock.toLowerCase()) ??
    (others.length === 1 ? others[0] : undefined)
  const text = lineOf(subject, file, line)
  const corrected = meant === undefined ? text : replaceWord(text, lock, meant)
  return found({
    name: 'wrong-values',
    severity: 'warning',
    what: `\`lock ${lock}\`: no other refclock has this refid.`,
    evidence: [evidenceAt(subject, file, line)],
    cost: 'chronyd says so once in its log, and takes the seconds of these pulses from the other sources: as long as it follows none, no pulse counts.',
    remedy: {
      daemon: 'chrony',
      text:
        meant === undefined
          ? 'Give the refid of the refclock that tells the seconds, or add it.'
          : `\`${meant}\` is there: write \`lock ${meant}\`, if that is the one that tells the seconds.`,
      changes: corrected === text ? [] : [corrected.trim()],
      edits:
        corrected === text || meant!.toLowerCase() !== lock.toLowerCase()
          ? []
          : [{ file, line, kind: 'replace', text: corrected }],
    },
    confirm: 'The log of chronyd after a start: "Invalid lock refid".',
  })
}
