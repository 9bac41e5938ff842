/**
 * servo-lost-lock: what the summaries of ptp4l and phc2sys tell: for how long, and by how much, a clock was off that its servo had held, or which it
 * never held. They have no sign, so that nothing tells a jump of the clock from one of its source.
 */
import { FAR, type FarSpell } from '#analysis/log/statistics/offset-sizes.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import type { Subject } from '../subject.ts'

const LONG: Seconds = 900
const LARGE: Seconds = 1

export const servoSwayed: Rule = subject => {
  if (subject.keeper.daemon !== 'other') return []
  const { spells, neverNear } = subject.log.sizes
  // Before it is locked it measures what it has not begun to steer.
  const swayed = spells.filter(({ starting }) => !starting)
  const never = [...spells.filter(({ starting, over }) => starting && !over), ...neverNear]
  return [
    ...(swayed.length > 0 ? [sways(swayed, subject)] : []),
    ...(never.length > 0 ? [neverHeld(never, subject)] : []),
  ]
}

function sways(spells: readonly FarSpell[], subject: Subject): Finding {
  const { sourceName, when, keeper } = subject
  const worst = spells.reduce((a, b) => (b.most > a.most ? b : a))
  const time = Math.max(...spells.map(({ from, to }) => to - from))
  const open = spells.find(({ over }) => !over)
  return {
    name: 'servo-lost-lock',
    severity: worst.most > LARGE || time > LONG ? 'critical' : 'warning',
    from: spells[0]!.from,
    to: spells.at(-1)!.to,
    what: `${sourceName(worst.source)} was off by up to ${amount(worst.most)} (RMS ${amount(worst.rms)}) ${worst.rows > 1 ? `from ${when(worst.from)} to ${when(worst.to)}, ${duration(worst.to - worst.from)}` : `at ${when(worst.from)}`}${spells.length > 1 ? `, the worst of ${spells.length} times` : ''}${open ? ', up to the end of its log' : ''}: before, its servo had held it.`,
    measures: { size: worst.most, rms: worst.rms, time, count: spells.length, ...(open && { open: 1 }) },
    evidence: spells.slice(0, 5).map(seen(subject)),
    cost: 'What was stamped meanwhile is wrong by that.',
    causes: [
      {
        what: 'the machine was paused or migrated, or something else set the clock',
        why: `a servo that is locked holds far less than ${amount(FAR)}`,
      },
      {
        what: 'its source jumped, or another grandmaster took over',
        why: 'if other clients of it moved, too',
      },
      { what: 'the way to the source was filled up', why: 'if its delay grew' },
    ],
    remedy: configure(
      keeper,
      'Let the servo step after a jump, and log each measurement, whose sign tells more than a summary.',
      ['step_threshold 0.00002   (ptp4l; phc2sys: -S 0.00002)', 'summary_interval 0   (phc2sys: without -u)'],
    ),
    confirm: 'The same hours in the log of another client of that source.',
  }
}

function neverHeld(spells: readonly FarSpell[], subject: Subject): Finding {
  const { sourceName, keeper } = subject
  const worst = spells.reduce((a, b) => (b.most > a.most ? b : a))
  return {
    name: 'not-synchronised',
    severity: 'warning',
    from: worst.from,
    to: worst.to,
    what: `${sourceName(worst.source)} was off by up to ${amount(worst.most)} in all of its summaries: its servo never held its clock.`,
    measures: { size: worst.most, rms: worst.rms, rows: worst.rows },
    evidence: spells.slice(0, 5).map(seen(subject)),
    cost: 'Whatever follows that clock is wrong by it.',
    causes: [
      ...(isTai(worst.most)
        ? [
            {
              what: 'one of the two clocks keeps TAI, and the other UTC',
              why: `TAI is ${Math.round(worst.most)} s ahead`,
            },
          ]
        : []),
      { what: 'it had just been started, or may not step', why: 'if later lines are missing' },
    ],
    remedy: configure(keeper, 'See in which state its port and its servo are.', [
      "pmc -u -b 0 'GET TIME_STATUS_NP' 'GET TIME_PROPERTIES_DATA_SET'",
    ]),
    confirm: 'What it logs later.',
  }
}

/** TAI is ahead of UTC by 37 s since 2017, and was by 34 s in 2009. */
export const isTai = (size: Seconds): boolean => {
  const whole = Math.round(Math.abs(size))
  return whole >= 34 && whole <= 37 && Math.abs(Math.abs(size) - whole) < FAR
}

const seen =
  ({ sourceName }: Subject) =>
  ({ source, rms, most, file, line }: FarSpell) => ({
    text: `${sourceName(source)}: RMS ${amount(rms)}, at most ${amount(most)}`,
    file,
    line,
  })
