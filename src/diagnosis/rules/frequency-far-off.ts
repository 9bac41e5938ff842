/**
 * frequency-far-off: chronyd holds a clock whose rate is more than 500 ppm off, which no crystal is and ntpd could not
 * correct. The clock is right, and its machine is not.
 */
import { rate } from '#core/time/format.ts'
import type { Rate } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

const FAR: Rate = 500e-6

export const frequencyFarOff: Rule = ({ log, keeper }) => {
  const updates = log.updatesOf(keeper.daemon)
  if (!updates || keeper.daemon !== 'chrony' || !(Math.abs(updates.frequency.mean) > FAR)) return []
  const error = -updates.frequency.mean
  return [
    {
      name: 'frequency-far-off',
      severity: 'warning',
      from: updates.from,
      to: updates.to,
      what: `This clock ${error > 0 ? 'gains' : 'loses'} ${rate(Math.abs(error)).slice(1)} by itself; ${keeper.name} corrects that, and ntpd could not.`,
      measures: { frequencyError: error },
      evidence: [
        {
          text: `frequency between ${rate(updates.frequency.min)} and ${rate(updates.frequency.max)} in ${updates.rows} updates`,
        },
      ],
      cost: 'None while chronyd runs. Without it the clock is off by minutes a day, and so is each wait by the counter.',
      causes: [
        {
          what: 'the kernel believes in a wrong rate of its counter: a TSC after a migration, a bad calibration at boot',
          why: 'crystals are within 100 ppm',
        },
      ],
      remedy: configure(
        keeper,
        'Look at the clock source of the guest; a reboot on the present host calibrates it anew.',
        ['cat /sys/devices/system/clocksource/clocksource0/current_clocksource', 'dmesg | grep -i tsc'],
      ),
      confirm: '`clockwright drift HOST` with chronyd stopped.',
    },
  ]
}
