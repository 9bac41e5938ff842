/**
 * stepped-back: the daemon itself set the clock back. Programs then see a time twice. phc2sys, which trusts the clock of a card,
 * sets it back by decades when nobody has set that.
 */
import type { Correction } from '#analysis/log/corrections/corrections.ts'
import { decidedAt, saidStarts } from '#analysis/log/corrections/corrections-said.ts'
import { setsRight } from '#analysis/log/disturbances/sleeps.ts'
import { isOfBeingLed, leftBy } from '#analysis/log/sources/led.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Cause } from '../finding.ts'
import { heardSources } from '../heard-sources.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { type Subject, seenStarts } from '../subject.ts'

/** What a daemon sets right when it starts is not told. */
const START: Seconds = 900
/** No system clock is ahead by that at its boot; the clock of a card is behind by it. */
const DECADE: Seconds = 10 * 365.25 * 86_400
const isOfACard = ({ size }: Correction): boolean => size < -DECADE
/** A daemon that corrects too much has done so by then. */
const SOON: Seconds = 1800

export const steppedBack: Rule = subject => {
  const { log, disturbances, keeper, when } = subject
  const starts = [log.span?.from ?? Number.NaN, ...saidStarts(log, keeper.daemon), ...seenStarts(subject)]
  const starting = (step: Correction) =>
    [step.at, decidedAt(step)].some(at => starts.some(start => Math.abs(at - start) < START))
  const back = disturbances.own.filter(
    each =>
      each.by === 'step' &&
      each.size < 0 &&
      (!starting(each) || isOfACard(each)) &&
      !setsRight(each, disturbances.sleeps),
  )
  if (back.length === 0) return []
  const most = back.reduce((a, b) => (b.size < a.size ? b : a))
  const orSource = perhapsItsSource(subject) ? ', or its only source was set right' : ''
  return [
    {
      name: 'stepped-back',
      severity: isOfACard(most) ? 'critical' : 'warning',
      from: back[0]!.at,
      to: back.at(-1)!.at,
      what:
        back.length === 1
          ? `${keeper.name} set the clock back by ${duration(-most.size)} at ${when(most.at)}${orSource}.`
          : `${keeper.name} set the clock back ${back.length} times, by up to ${duration(-most.size)}${orSource}.`,
      measures: { count: back.length, size: most.size },
      evidence: back.slice(0, 8).map(({ at, size, file, line }) => ({
        text: `${when(at)}  set back by ${duration(-size)}`,
        file,
        line,
      })),
      cost: 'Between the two readings of one time the order of events is lost; programs that measure with the wall clock see negative times.',
      causes: causesOf(back, subject),
      remedy: configure(keeper, remedyOf(back, subject)),
      confirm: 'The steps are in the daemon’s own log.',
    },
  ]
}

function causesOf(back: readonly Correction[], subject: Subject): Cause[] {
  const ofCards = back.filter(isOfACard).length
  const many = back.filter(step => overshot(step, subject)).length
  const led = back.filter(step => wasLed(step, subject)).length
  return [
    ...(ofCards > 0
      ? [
          {
            what: 'nobody has set the clock of the card that is followed: it counts from 1970, or from its start',
            why: 'no clock with a battery is off by that',
          },
        ]
      : []),
    ...(many > 0
      ? [
          {
            what: 'its own corrections before had gone too far',
            why: `${many === back.length ? '' : `${many} of ${back.length} times `}it had just set the clock forward, by more than was missing: it reckons with measurements from before and after a jump`,
          },
        ]
      : []),
    ...(led > 0
      ? [
          {
            what: 'it followed a source that is wrong, or left it',
            why: `${led === back.length ? '' : `${led} of ${back.length} times `}the clock went with that source against the others (falseticker-followed)`,
          },
        ]
      : []),
    ...(many + led < back.length
      ? [
          {
            what: 'the clock had gained more than the daemon may slew',
            why: 'it steps above its threshold only',
          },
        ]
      : []),
  ]
}

/** Nothing but measurements of one source tells of the steps. */
const perhapsItsSource = (subject: Subject): boolean =>
  heardSources(subject) === 1 &&
  subject.log.updatesOf(subject.keeper.daemon) === undefined &&
  !subject.log.events.of('stepped').some(({ daemon }) => daemon === subject.keeper.daemon)

const ELSE = 'Where going back is forbidden, ntpd -x or chronyd without makestep slew instead.'

function remedyOf(back: readonly Correction[], subject: Subject): string {
  if (back.some(isOfACard))
    return 'Set the clock of the card before it is followed, by ptp4l or by hand, and let phc2sys wait for ptp4l (-a, or -w).'
  if (back.every(step => wasLed(step, subject)))
    return `Leave out the source that is wrong (falseticker-followed); the step is the consequence. ${ELSE}`
  return back.every(step => overshot(step, subject))
    ? `What the clock had lost is the cause (the other findings); the step back is what was corrected too much. ${ELSE}`
    : `Find why the clock gains (the other findings); the step is the consequence. ${ELSE}`
}

const wasLed = (step: Correction, { disturbances }: Subject): boolean =>
  isOfBeingLed(leftBy(step), disturbances.led)

/** It had set the clock forward by more than this in the minutes before, and nobody else did. */
function overshot({ at, size }: Correction, { disturbances }: Subject): boolean {
  const before = (each: number) => each >= at - SOON && each < at
  const forward = disturbances.own.filter(each => each.size > 0 && before(each.at))
  const gained = disturbances.clock.some(each => each.size < 0 && before(each.local.from))
  return !gained && forward.reduce((sum, each) => sum + each.size, 0) > -size
}
