/** frequency-learned-from-a-jump, of a jump that ntpd slewed away while it ran: loopstats has what it learned, and that the clock overshot. */
import { type LearnedOnTheWay, learnedOnTheWay, OFF } from '#analysis/log/rate/learned-on-the-way.ts'
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { allowSteps, useChrony } from '../remedies.ts'
import type { Subject } from '../subject.ts'

/** What is wrong from the beginning of a log is another thing. */
const START: Seconds = 3600
/** Of the offset at its beginning. */
const SUDDENLY = 0.5

/** The limit of the frequency is told as such. */
export function overshoots({ log, keeper, disturbances }: Subject): LearnedOnTheWay[] {
  const updates = keeper.daemon === 'ntpd' ? log.updatesOf('ntpd') : undefined
  if (!updates || updates.saturation.rows > 0 || disturbances.own.length > 0) return []
  const offsets = updates.offset.envelope.buckets()
  const known = disturbances.clock
    .filter(({ restarted }) => !restarted)
    .map(({ local, size }) => ({ at: local.to, size }))
  const seen = updates.ways.all
    .filter(({ from, first }) => {
      const before = offsets.findLast(({ to }) => to <= from)?.last ?? first
      return from - updates.from > START && Math.abs(before) < SUDDENLY * Math.abs(first)
    })
    .map(({ from, first }) => ({ at: from, size: first }))
  return learnedOnTheWay(known.length > 0 ? known : seen, updates.frequencyEnvelope.buckets(), offsets)
}

export function learnedWhileSlewed(subject: Subject): Finding[] {
  const { keeper, when } = subject
  const all = overshoots(subject)
  const [worst] = all.toSorted((a, b) => Math.abs(b.most) - Math.abs(a.most))
  if (!worst) return []
  const { at, size, before, learned, most, from, to } = worst
  return [
    {
      name: 'frequency-learned-from-a-jump',
      severity: 'warning',
      from: at,
      to,
      what: `While ${keeper.name} slewed away what the clock was ${size > 0 ? 'behind' : 'ahead'} from ${when(at)} on it took that for a rate, too, of ${rate(learned - before)}: the clock then went ${amount(Math.abs(most))} to the other side, and was more than ${duration(OFF)} off there for ${duration(to - from)}${all.length > 1 ? `; it did so ${all.length} times` : ''}.`,
      measures: { frequency: learned - before, size: most, time: to - from, count: all.length },
      evidence: [
        { text: `${when(at)}  offset ${signed(size)}, frequency ${rate(before)} until then` },
        { text: `frequency up to ${rate(learned)} meanwhile, and back again` },
        { text: `${when(from)} to ${when(to)}  offset up to ${signed(most)}` },
      ],
      cost: 'All that this machine stamped meanwhile is wrong by up to that.',
      causes: [
        {
          what: 'ntpd may not step it: it runs with -x, or the jump is below its step threshold',
          why: 'while an offset is slewed its loop counts it as a sign of a wrong rate',
        },
      ],
      remedy:
        Math.abs(size) > STEP_THRESHOLD
          ? allowSteps(keeper)
          : useChrony(
              keeper,
              'chronyd takes a jump for no rate: it forgets the measurements before it. With shorter polls ntpd unlearns it sooner.',
            ),
      confirm:
        'loopstats: the frequency, its fourth column, goes up while the offset goes down, and back hours later.',
    },
  ]
}
