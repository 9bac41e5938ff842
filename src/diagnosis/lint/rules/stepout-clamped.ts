/** stepout-clamped: `tinker stepout` below 300 s. ntpd from 4.2.7p53 on (4.2.8, NTPsec) takes 300 s instead, without a word. */
import { defaultsOf } from '#dialects/ntpd/defaults.ts'
import { lastSetting } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, readerOf } from '../subject.ts'
import { withoutSetting } from '../take-out.ts'

const LEAST = 300

export const stepoutClamped: LintRule = subject => {
  const stepout = lastSetting(subject, ({ tinker }) => tinker.get('stepout'))
  if (!stepout || stepout.value >= LEAST) return []
  const { ntpd } = subject.machine
  const least = ntpd
    ? defaultsOf(ntpd).leastStepout
    : readerOf(
          subject,
          subject.ntp.find(part => part.file === stepout.file),
        )?.family === 'ntpsec'
      ? LEAST
      : undefined
  if (least === 0) return []
  const { file, line, value } = stepout
  return [
    found({
      name: 'stepout-clamped',
      severity: 'warning',
      what: `\`tinker stepout ${value}\` is taken for ${LEAST} s by ${least === undefined ? 'ntpd from 4.2.8 on and by NTPsec' : 'this version of ntpd'}, without a word${least === undefined ? '; up to 4.2.6 it does what it says' : ''}.`,
      measures: { stepout: value, taken: LEAST },
      evidence: [evidenceAt(subject, file, line)],
      cost: 'After a jump the step comes no sooner than without it.',
      causes: [{ what: 'the advice is from the days of ntpd 4.2.6', why: 'there it works' }],
      remedy: {
        daemon: 'ntpd',
        version: ntpd?.numbers.join('.'),
        text: 'Short polls bring the step sooner in every version: `minpoll 4 maxpoll 6` for each source. Leave the stepout at its default.',
        changes: ['server … iburst minpoll 4 maxpoll 6'],
        edits: least === undefined ? [] : withoutSetting(subject, 'stepout'),
      },
      confirm: 'The time from spike_detect to clock_step in the log of ntpd after a pause.',
    }),
  ]
}
