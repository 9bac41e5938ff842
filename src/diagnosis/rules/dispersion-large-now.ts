/**
 * sources-lost, told by chronyc, ntpq or ntpstat: the dispersion to the root grows with the time in which nobody was heard. A daemon goes on following
 * its last source, and says that it is synchronised with an offset near zero: that is of its last measurement.
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

/** ntpd follows nobody whose clock may be off by so much (maxdist); chronyd does up to twice that. */
const FAR: Seconds = 1.5
/** ntpstat adds half the root delay. */
const WITHIN = /correct to within/

export const dispersionLargeNow: Rule = ({ log, keeper }) => {
  const shown = log.timeless.find(({ what, size }) => what === 'dispersion-now' && size > FAR)
  // That it follows nobody has a finding of its own.
  if (!shown || log.timeless.some(({ what }) => what === 'unsynchronised')) return []
  return [
    {
      name: 'sources-lost',
      severity: 'warning',
      from: undefined,
      to: undefined,
      what: `${keeper.name} says of its own clock that it may be off by ${duration(shown.size)} (root ${WITHIN.test(shown.text) ? 'distance' : 'dispersion'}), whatever offset it shows.`,
      measures: { dispersion: shown.size },
      evidence: [evidenceOf(shown)],
      cost: 'Nobody knows how wrong this clock is, and clients of this machine refuse to follow it.',
      causes: [
        {
          what: 'no source was heard for days',
          why: 'if the time of the last update (Ref time, reftime) is long ago',
        },
        { what: 'its source says so of its own clock', why: 'if updates are recent' },
        { what: 'the daemon has just been started', why: 'then it is gone in some minutes' },
      ],
      remedy: configure(keeper, 'See when each source was heard last, and what it says of itself.', [
        keeper.daemon === 'chrony' ? 'chronyc sources; chronyc ntpdata' : 'ntpq -pn; ntpq -c "rv &1"',
      ]),
      confirm:
        'The same command some minutes later: it grows by 15 µs in a second where nobody is heard, by less in chronyd.',
    },
  ]
}
