/** frequency-learned-from-a-jump: ntpd divides an offset by the time since its last update; if the offset came at once, the quotient is nonsense. */
import { rate } from '#core/time/format.ts'
import type { Rate } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

const IMPOSSIBLE: Rate = 500e-6
const BEYOND_CLOCKS: Rate = 5000e-6

export const frequencyLearnedFromAJump: Rule = ({ log, keeper, disturbances, when }) => {
  const nonsense = log.events
    .of('frequency-set')
    .filter(({ size, daemon }) => daemon === keeper.daemon && Math.abs(size) > IMPOSSIBLE)
  const first = nonsense[0]
  if (!first || keeper.daemon === 'chrony') return []
  // A clock may really be that far off; then there is no jump.
  if (disturbances.clock.length === 0 && Math.abs(first.size) < BEYOND_CLOCKS) return []
  return [
    {
      name: 'frequency-learned-from-a-jump',
      severity: 'warning',
      from: first.at,
      to: nonsense.at(-1)!.at,
      what: `At ${when(first.at)} ${keeper.name} computed a frequency of ${rate(first.size)}: it took a jump for a rate.`,
      measures: { frequency: first.size, count: nonsense.length },
      evidence: nonsense.slice(0, 4).map(evidenceOf),
      cost: 'The frequency stands at ±500 ppm afterwards, and the clock runs away with it until ntpd has learned again; the drift file keeps it.',
      causes: [
        {
          what: 'the clock jumped, or was far off, during ntpd’s first minutes',
          why: 'only then is a frequency computed from one offset',
        },
      ],
      remedy: configure(
        keeper,
        'Stop ntpd, remove its drift file, set the clock, start it again with -g and iburst.',
        ['rm /var/lib/ntp/ntp.drift', 'ntpd -g'],
      ),
      confirm: 'The drift file says ±500.',
    },
  ]
}
