/**
 * wrong-at-start: a daemon found the clock seconds off when it started. That is what it is started for, but the clock was
 * wrong before: all that was stamped since the boot, or since the daemon had ended.
 */
import { wrongAtStarts } from '#analysis/log/told.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

const LEAST: Seconds = 1

export const wrongAtStart: Rule = ({ log, keeper, when }) => {
  const all = wrongAtStarts(log, keeper.daemon).filter(({ size }) => Math.abs(size) >= LEAST)
  const [worst] = all.toSorted((a, b) => Math.abs(b.size) - Math.abs(a.size))
  if (!worst) return []
  const { at, size, file, line } = worst
  return [
    {
      name: 'wrong-at-start',
      severity: 'note',
      from: at,
      to: at,
      what: `When ${keeper.name} started, at ${when(at)}, the clock was ${amount(Math.abs(size))} ${size > 0 ? 'behind' : 'ahead'}.`,
      measures: { size, count: all.length },
      evidence: [{ text: `found wrong by ${amount(Math.abs(size))}`, file, line }],
      cost: 'What was stamped between the boot and this moment is wrong by that.',
      causes: [
        {
          what: 'the hardware clock, or what the hypervisor shows as such, is wrong or in another zone',
          why: 'the system clock is set from it at the boot',
        },
        {
          what: 'the machine had been paused or restored, and no daemon ran',
          why: 'if it had not been booted',
        },
      ],
      remedy: configure(
        keeper,
        'Let the hardware clock follow the system clock, and let services that need the time wait for it.',
        [
          keeper.daemon === 'chrony' ? FOLLOWED_BY_CHRONY : 'hwclock --systohc',
          'systemctl enable chrony-wait   (or systemd-time-wait-sync, or clockwright wait)',
        ],
      ),
      confirm: '`hwclock` beside `date`, after a boot.',
    },
  ]
}

/** chronyd does not start with both, and its log does not say which of them it has. */
const FOLLOWED_BY_CHRONY =
  'rtcsync   (chrony.conf; where rtcfile is used, rtcautotrim 30 instead: the two exclude each other)'
