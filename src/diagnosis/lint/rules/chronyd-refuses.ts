/**
 * chronyd-refuses: directives that exclude each other. Each of them alone is right, so the words tell nothing, and `chronyd -p` does
 * not look at it either: chronyd ends when it comes to the hardware clock (RTC_Initialise in rtc.c). And files that include each other
 * in a circle: chronyd reads ten deep, and ends at the next (CNF_ReadFile in conf.c).
 */
import { type Read, readsOf } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt } from '../subject.ts'
import { CHRONYD } from './words.ts'

export const chronydRefuses: LintRule = subject => [...rtcTwice(subject), ...circle(subject)]

const rtcTwice: LintRule = subject => {
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

/** What leads to no other is in no circle, and neither is what nothing leads to. */
function inCircles(reads: readonly Read[]): readonly Read[] {
  const [from, to] = [new Set(reads.map(each => each.from)), new Set(reads.map(each => each.to))]
  const left = reads.filter(each => from.has(each.to) && to.has(each.from))
  return left.length === reads.length ? left : inCircles(left)
}

const circle: LintRule = subject => {
  const closing = [
    ...new Map(inCircles(readsOf(subject.chrony)).map(each => [`${each.from} ${each.line}`, each])).values(),
  ]
  const [first] = closing
  if (!first) return []
  return [
    found({
      name: 'chronyd-refuses',
      severity: CHRONYD.severity,
      what:
        closing.length === 1 ? 'This file includes itself.' : 'These files include each other in a circle.',
      evidence: closing.map(({ from, line }) => evidenceAt(subject, from, line)),
      cost: CHRONYD.cost,
      remedy: { daemon: 'chrony', text: 'Take out the line that leads back.' },
      confirm: 'The log of chronyd after a start: "Maximum include level reached".',
    }),
  ]
}
