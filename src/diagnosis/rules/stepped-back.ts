/**
 * stepped-back: the daemon itself set the clock back. Programs then see a time twice. phc2sys, which trusts the clock of a card,
 * sets it back by decades when nobody has set that.
 */
import type { Correction } from '#analysis/log/corrections.ts'
import { decidedAt, saidStarts } from '#analysis/log/told.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

/** What a daemon sets right when it starts is not told. */
const START: Seconds = 900
/** No system clock is ahead by that at its boot; the clock of a card is behind by it. */
const DECADE: Seconds = 10 * 365.25 * 86_400
const isOfACard = ({ size }: Correction): boolean => size < -DECADE

export const steppedBack: Rule = ({ log, disturbances, keeper, when }) => {
  const starts = [log.span?.from ?? Number.NaN, ...saidStarts(log, keeper.daemon)]
  const starting = (step: Correction) =>
    [step.at, decidedAt(step)].some(at => starts.some(start => Math.abs(at - start) < START))
  const back = disturbances.own.filter(
    each => each.by === 'step' && each.size < 0 && (!starting(each) || isOfACard(each)),
  )
  if (back.length === 0) return []
  const most = back.reduce((a, b) => (b.size < a.size ? b : a))
  const card = isOfACard(most)
  return [
    {
      name: 'stepped-back',
      severity: card ? 'critical' : 'warning',
      from: back[0]!.at,
      to: back.at(-1)!.at,
      what:
        back.length === 1
          ? `${keeper.name} set the clock back by ${duration(-most.size)} at ${when(most.at)}.`
          : `${keeper.name} set the clock back ${back.length} times, by up to ${duration(-most.size)}.`,
      measures: { count: back.length, size: most.size },
      evidence: back.slice(0, 8).map(({ at, size, file, line }) => ({
        text: `${when(at)}  set back by ${duration(-size)}`,
        file,
        line,
      })),
      cost: 'Between the two readings of one time the order of events is lost; programs that measure with the wall clock see negative times.',
      causes: [
        ...(card
          ? [
              {
                what: 'nobody has set the clock of the card that is followed: it counts from 1970, or from its start',
                why: 'no clock with a battery is off by that',
              },
            ]
          : []),
        {
          what: 'the clock had gained more than the daemon may slew',
          why: 'it steps above its threshold only',
        },
      ],
      remedy: configure(
        keeper,
        card
          ? 'Set the clock of the card before it is followed, by ptp4l or by hand, and let phc2sys wait for ptp4l (-a, or -w).'
          : 'Find why the clock gains (the other findings); the step is the consequence. Where going back is forbidden, ntpd -x or chronyd without makestep slew instead.',
      ),
      confirm: 'The steps are in the daemon’s own log.',
    },
  ]
}
