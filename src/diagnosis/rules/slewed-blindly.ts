/**
 * source-rejected-by-its-own-jitter, of a slew: while ntpd slews by seconds in eight of its polls, old and new offsets in its filters are
 * as far apart, and no source is fit to be followed any more. It slews on by what it found last, through zero and beyond: loopstats has
 * ended, and the measurements go on.
 */
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Subject } from '../subject.ts'
import { leftWrong } from './left-wrong.ts'

const LARGE: Seconds = 1
/** Eight polls, of 1024 s at most, and as long again until one is let through. */
const LONG: Seconds = 4 * 3600
const FEWEST = 8

const BLINDLY = {
  what: 'ntpd slews on, and takes no measurement for it',
  why: 'it made no update any more: source-rejected-by-its-own-jitter',
}

export function slewedBlindly(subject: Subject): Finding[] {
  const { log, keeper, when } = subject
  const [series, updates] = [log.bestSamples(keeper.daemon), log.updatesOf(keeper.daemon)]
  const found = updates?.lastOffset
  if (keeper.daemon !== 'ntpd' || !series || !updates || found === undefined) return []
  const time = series.to - updates.to
  const since = series.offset.envelope.buckets().filter(({ from }) => from > updates.to)
  if (!(Math.abs(found) >= LARGE) || time < LONG || since.length < FEWEST) return []
  const size = since.at(-1)!.last
  const end = leftWrong(subject)
  return [
    {
      name: 'source-rejected-by-its-own-jitter',
      severity: 'critical',
      from: updates.to,
      to: series.to,
      what: `${keeper.name} made no update for ${duration(time)}, from ${when(updates.to)} until these logs end, while its sources answered: it slewed on by the ${amount(Math.abs(found))} that it had found last, and at last the clock was ${amount(Math.abs(size))} ${size > 0 ? 'behind' : 'ahead'}.`,
      measures: { time, size },
      evidence: [
        { text: `${when(updates.to)}  the last row of loopstats, offset ${signed(found)}` },
        { text: `${when(series.to)}  the last measurement, offset ${signed(size)}` },
      ],
      cost: 'Nothing tells ntpd when the clock is right: it slews it through zero and beyond.',
      causes: [
        {
          what: 'old and new offsets in one filter: their scatter is what is slewed in eight polls',
          why: 'it counts in the root distance, whose limit is 1.5 s; at polls of 1024 s and 500 ppm it is 4 s',
        },
        { what: 'the loopstats of that time are not among these logs', why: 'if they are in another file' },
      ],
      remedy: configure(
        keeper,
        'Let ntpd step (without `-x`). Where it may not: shorter polls, and a higher limit of the root distance.',
        ['ntpd -g   (without -x)', 'server … iburst minpoll 4 maxpoll 6', 'tos maxdist 16'],
      ),
      confirm:
        'peerstats: the jitter, its last column, is seconds as long as the slew lasts. `ntpq -p`: no source has a `*`.',
    },
    ...(end ? [{ ...end, causes: [BLINDLY] }] : []),
  ]
}
