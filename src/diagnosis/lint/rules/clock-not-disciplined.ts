/**
 * clock-not-disciplined: `disable ntp`, `chronyd -x`: the daemon measures, and leaves the clock alone. Where another one is known to
 * set the clock that is as it should be: two that do fight each other.
 */
import { parseChronydOptions } from '#dialects/chrony/options.ts'
import type { Edit, Evidence, Finding } from '../../finding.ts'
import { lastSetting } from '../reads.ts'
import { found, type LintRule, removeWord } from '../rule.ts'
import { editContinued, evidenceAt, type LintSubject } from '../subject.ts'
import { notDisabled } from '../take-out.ts'
import { hostClock } from './host-clock.ts'

export const clockNotDisciplined: LintRule = subject => [
  ...switchedOff(subject),
  ...subject.commandLines
    .filter(({ daemon, words }) => daemon === 'chronyd' && parseChronydOptions(words).watchesOnly)
    .flatMap(({ file, line }) =>
      off(
        subject,
        evidenceAt(subject, file, line),
        '`-x`',
        'chrony',
        asksCardAlone(subject) ? [] : editContinued(subject, { file, line }, text => removeWord(text, '-x')),
      ),
    ),
]

/** Such a clock runs free: to be set by it is worse than not to be set. */
const asksCardAlone = (subject: LintSubject): boolean =>
  hostClock(subject).some(({ name, severity }) => name === 'phc-of-a-card' && severity === 'critical')

function switchedOff(subject: LintSubject): Finding[] {
  const ntp = lastSetting(subject, ({ switches }) => switches.get('ntp'))
  if (!ntp || ntp.value) return []
  return off(
    subject,
    evidenceAt(subject, ntp.file, ntp.line),
    '`disable ntp`',
    'ntpd',
    notDisabled(subject, 'ntp'),
  )
}

function off(
  subject: LintSubject,
  evidence: Evidence,
  how: string,
  daemon: 'ntpd' | 'chrony',
  edits: readonly Edit[],
): Finding[] {
  const own = daemon === 'ntpd' ? ['ntpd', 'ntpsec'] : ['chronyd']
  if (subject.machine.about.setters?.some(name => !own.includes(name))) return []
  return [
    found({
      name: 'clock-not-disciplined',
      severity: 'warning',
      what: `${how}: ${daemon === 'ntpd' ? 'ntpd' : 'chronyd'} measures, and does not set the clock.`,
      evidence: [evidence],
      cost: 'Unless somebody else keeps the clock, nobody does.',
      causes: [
        {
          what: 'it may have been meant to measure only',
          why: 'beside another program that keeps the clock, or in a container, where the clock is that of the machine around it',
        },
      ],
      remedy: { daemon, text: 'Take it out where this daemon is to keep the clock.', edits },
      confirm: '`clockwright status` names who disciplines the clock.',
    }),
  ]
}
