/**
 * slew-only: ntpd with -x, or with a step threshold that comes to the same. Offsets below it are slewed at 500 ppm, whatever a pause
 * of the guest left behind (field report 001).
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { defaultsOf } from '#dialects/ntpd/defaults.ts'
import { amount } from '../../amount.ts'
import type { Edit, Evidence, Finding } from '../../finding.ts'
import { inGuests, MIGRATION_PAUSE, SLEW, slewTime } from '../advice.ts'
import { lastSetting } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { editContinued, evidenceAt, type LintSubject, lineOf, ntpdOptions } from '../subject.ts'
import { withoutSetting } from '../take-out.ts'
import { withoutFlag } from '../without-flag.ts'

/** From here on a step is so rare that it is as good as forbidden. */
const LARGE_STEP: Seconds = 10

export const slewOnly: LintRule = subject => [...byOption(subject), ...byTinker(subject)]

const byOption = (subject: LintSubject): Finding[] =>
  ntpdOptions(subject)
    .filter(({ options }) => options.slew)
    .map(({ file, line }) => {
      const below = subject.machine.ntpd ? defaultsOf(subject.machine.ntpd).slewBelow : 600
      return slewed(subject, {
        evidence: evidenceAt(subject, file, line),
        below,
        how: '`-x`',
        remedy: 'Remove `-x`: the default steps what is larger than 128 ms.',
        edits: editContinued(subject, { file, line }, withoutX),
      })
    })

export const withoutX = (line: string): string => withoutFlag(line, 'x', 'slew')

function byTinker(subject: LintSubject): Finding[] {
  const step = lastSetting(subject, ({ tinker }) => tinker.get('step'))
  if (!step || (step.value > 0 && step.value < LARGE_STEP)) return []
  return [
    slewed(subject, {
      evidence: evidenceAt(subject, step.file, step.line),
      below: step.value === 0 ? Number.POSITIVE_INFINITY : step.value,
      how: `\`tinker step ${step.value}\``,
      remedy: 'Remove `step` from the line: the default steps what is larger than 128 ms.',
      edits: withoutSetting(subject, 'step'),
    }),
  ]
}

function slewed(
  subject: LintSubject,
  of: { evidence: Evidence; below: Seconds; how: string; remedy: string; edits: readonly Edit[] },
): Finding {
  const never = of.below === Number.POSITIVE_INFINITY
  const longest = never ? '' : `, and one of ${amount(of.below)} for ${slewTime(of.below)}`
  return found({
    name: 'slew-only',
    severity: subject.machine.isGuest === false ? 'note' : 'warning',
    what: `With ${of.how} ntpd ${never ? 'never steps' : `steps no offset below ${amount(of.below)}`}: it slews at 500 ppm, 2000 s for each second.`,
    measures: {
      ...(never ? {} : { stepAbove: of.below, slewAtMost: of.below / SLEW }),
      pause: MIGRATION_PAUSE,
      slewAfterPause: MIGRATION_PAUSE / SLEW,
    },
    evidence: [of.evidence],
    cost: `${inGuests(subject)} a pause of ${duration(MIGRATION_PAUSE)} leaves the clock wrong for ${slewTime(MIGRATION_PAUSE)}${longest}.`,
    causes: [{ what: 'a program cannot bear that time goes back', why: 'that is what this is for' }],
    remedy: {
      daemon: 'ntpd',
      version: subject.machine.ntpd?.numbers.join('.'),
      text: of.remedy,
      changes: of.edits.map(({ file, line, text }) =>
        text.trim() === '' ? `without \`${lineOf(subject, file, line).trim()}\`` : text.trim(),
      ),
      edits: of.edits,
    },
    confirm: '`ps -o args -C ntpd`; `clockwright lab forecast --pause 4.3s` says what a pause would cost.',
  })
}
