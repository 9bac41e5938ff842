/**
 * sources-lost, told by ptp4l: no port of it was a slave any more, for hours or up to the end; for minutes it is a note. Its measurements stop then, and those of a
 * phc2sys that follows its card go on: they tell nothing of a clock that nobody leads. Where each measurement is written down, a gap in them
 * tells by itself that it was led no more, and again.
 */

import type { HostLog } from '#analysis/log/host-log.ts'
import { withoutMaster } from '#analysis/log/sources/without-master.ts'
import { FREE_FOR_LONG } from '#analysis/log/sources/without-sources.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

const LONG: Seconds = 3600
/** A card holds its rate for that long. */
const SHORT: Seconds = 300

export const masterLost: Rule = subject => {
  const { log, keeper, when } = subject
  if (keeper.daemon !== 'other') return []
  const [longest] = withoutMaster(log)
    .map(({ lost, back }) => ({ lost, open: back === undefined, to: back ?? endOf(log, lost) }))
    .filter(({ lost, open, to }) => open || (to - lost.at > SHORT && !log.bestSamples(keeper.daemon)))
    .sort((a, b) => b.to - b.lost.at - (a.to - a.lost.at))
  if (!longest) return []
  const { lost, open, to } = longest
  const time = to - lost.at
  return [
    {
      name: 'sources-lost',
      severity: open ? (time >= FREE_FOR_LONG ? 'critical' : 'warning') : time > LONG ? 'warning' : 'note',
      from: lost.at,
      to,
      what: open
        ? `From ${when(lost.at)} on ptp4l had no master, ${time > 0 ? `up to the end of this log, ${duration(time)} later` : 'and with that its log ends'}.`
        : `ptp4l had no master for ${duration(time)}, from ${when(lost.at)} to ${when(to)}.`,
      measures: { time, ...(open && { open: 1 }) },
      evidence: [evidenceOf(lost)],
      cost: 'The clock of the card runs free, and so does what phc2sys steers by it; as a master ptp4l hands it on to others.',
      causes: [
        {
          what: 'the grandmaster, or the network before it, was down',
          why: 'if its state changed by ANNOUNCE_RECEIPT_TIMEOUT',
        },
        {
          what: 'the card or its driver failed to stamp packets',
          why: 'if it is FAULTY, and says that it timed out while polling for a transmit timestamp',
        },
      ],
      remedy: configure(keeper, 'See in which state its ports are, and whether the grandmaster is heard.', [
        "pmc -u -b 0 'GET PORT_DATA_SET' 'GET PARENT_DATA_SET'",
        'tx_timestamp_timeout 10   (ptp4l, where the card stamps late)',
        'clientOnly 1   (ptp4l; slaveOnly before 4.0: without a master it then leads nobody)',
      ]),
      confirm: 'The same hours in the log of another client of that grandmaster.',
    },
  ]
}

/** What phc2sys measures goes on, and so may what others write. */
const endOf = ({ span, others, events }: HostLog, lost: LogEvent): Seconds =>
  Math.max(
    lost.at,
    span?.to ?? lost.at,
    others.lastIn(lost.file) ?? lost.at,
    ...events.of('master-lost').map(({ at }) => at),
  )
