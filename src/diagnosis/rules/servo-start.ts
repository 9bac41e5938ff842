/**
 * wrong-at-start, told by phc2sys: it sets the system clock once, when it starts, to what the card says. By days: one of the two was
 * wrong. By what TAI is ahead of UTC: one of them kept TAI, and when the clock was set forward it keeps TAI from then on.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Cause } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'
import { isTai } from './servo-swayed.ts'
import { steppedBack } from './stepped-back.ts'

const LEAST: Seconds = 1
/** No hardware clock loses that much between two boots. */
const DAY: Seconds = 86_400

export const servoStart: Rule = subject => {
  const { log, keeper, when } = subject
  const from = log.bestSamples('other')?.from
  if (keeper.daemon !== 'other' || from === undefined || steppedBack(subject).length > 0) return []
  const step = log.events
    .of('stepped')
    .find(({ format, at, size }) => format === 'linuxptp' && at <= from && Math.abs(size) >= LEAST)
  if (!step) return []
  const { at, size } = step
  const tai = isTai(size)
  return [
    {
      name: 'wrong-at-start',
      severity: tai || Math.abs(size) > DAY ? 'warning' : 'note',
      from: at,
      to: at,
      what: `When ${keeper.name} started, at ${when(at)}, it set the clock ${size > 0 ? 'forward' : 'back'} by ${duration(Math.abs(size))}${tai ? ', which is what TAI is ahead of UTC' : ''}.`,
      measures: { size, ...(tai && { tai: 1 }) },
      evidence: [evidenceOf(step)],
      cost: tai
        ? `All that is stamped ${size > 0 ? 'from then on' : 'before'} is wrong by that, if the clock of the card keeps ${size > 0 ? 'TAI' : 'UTC'}.`
        : 'What was stamped before is wrong by that; or all from then on, if the clock of the card was.',
      causes: causesOf(size, tai),
      remedy: configure(
        keeper,
        tai
          ? 'Tell phc2sys how far the two scales are apart, or let it ask ptp4l.'
          : 'See that the clock of the card is right before phc2sys follows it.',
        tai
          ? [
              'phc2sys -w …   (asks ptp4l for the offset of UTC)',
              'phc2sys -O -37 …   (where there is none to ask)',
            ]
          : ['phc_ctl eth0 cmp'],
      ),
      confirm: '`clockwright query` with servers of NTP.',
    },
  ]
}

const causesOf = (size: Seconds, tai: boolean): Cause[] =>
  tai
    ? [
        {
          what:
            size > 0
              ? 'the clock of the card keeps TAI, as PTP does, and phc2sys set the system clock to it unchanged'
              : 'the system clock had been kept by TAI before',
          why: 'nothing else is off by just that',
        },
      ]
    : [
        {
          what: 'nobody had set the clock of the card: it is not the system clock that was wrong',
          why: Math.abs(size) > DAY ? 'no clock with a battery is off by that' : 'if NTP contradicts it',
        },
        { what: 'the system clock was wrong since its boot', why: 'if the card follows a grandmaster' },
      ]
