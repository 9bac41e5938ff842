/**
 * chronyd-refuses: directives that exclude each other. Each of them alone is right, so the words tell nothing, and `chronyd -p` does
 * not look at it either: chronyd ends when it comes to the hardware clock (RTC_Initialise in rtc.c).
 */
import { found, type LintRule } from '../rule.ts'
import { evidenceAt } from '../subject.ts'
import { CHRONYD } from './words.ts'

export const chronydRefuses: LintRule = subject => {
  const first = (wanted: string) =>
    subject.chrony.flatMap(({ file, read }) =>
      read.directives.filter(({ name }) => name === wanted).map(({ line }) => ({ file, line })),
    )[0]
  const [rtcfile, rtcsync] = [first('rtcfile'), first('rtcsync')]
  if (!rtcfile || !rtcsync) return []
  return [
    found({
      name: 'chronyd-refuses',
      severity: CHRONYD.severity,
      what: '`rtcfile` and `rtcsync` exclude each other: either chronyd keeps the hardware clock, or the kernel does.',
      evidence: [rtcfile, rtcsync].map(({ file, line }) => evidenceAt(subject, file, line)),
      cost: CHRONYD.cost,
      remedy: {
        daemon: 'chrony',
        text: 'One of them has to go. `rtcsync` is enough where the hardware clock is to be right at the next boot, and in virtual machines; `rtcfile` also measures how fast it drifts.',
      },
      confirm: 'The log of chronyd after a start: "rtcfile directive cannot be used with rtcsync".',
    }),
  ]
}
