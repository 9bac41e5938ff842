/**
 * slept: no log has the kernel's words, and the machine slept all the same: chronyd noticed that its clock had leapt after a time without
 * a word, or ntpd went on with measurements from hours ago; and the clock was right then, but for what a hardware clock is off.
 * Where the kernel says so it is kernel-saw-a-pause.
 */
import type { Sleep } from '#analysis/log/disturbances/sleeps.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { stepAfterJumps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

const CLEARLY: Seconds = 0.02

export const slept: Rule = ({ keeper, when, disturbances: { sleeps } }) => {
  const all = sleeps.filter(({ saidBy }) => saidBy !== 'kernel')
  const [first] = all
  if (!first) return []
  const size = leftBy(all)
  return [
    {
      name: 'slept',
      severity: 'note',
      from: first.from,
      to: all.at(-1)!.to,
      what: `The machine slept${lengthOf(all, 'at most ')}, or was paused, and its clock was set when it went on.${leftOff(all)}`,
      measures: {
        count: all.length,
        time: total(all),
        ...(size !== undefined && { size }),
      },
      evidence: all
        .slice(0, 5)
        .flatMap(({ from, to, events }) => [
          { text: `nothing was written between ${when(from)} and ${when(to)}` },
          ...events.map(evidenceOf),
        ]),
      cost: 'None while it slept; from then on the clock is off by what the hardware clock is, until the time daemon has noticed.',
      causes: [
        {
          what: 'the machine was suspended or hibernated: by its lid, by somebody, to save power',
          why:
            first.saidBy === 'chronyd'
              ? 'the clock leapt by more than 10 s after that, and was right'
              : 'a running ntpd gives up sources that it does not hear for so long, and this one had not',
        },
        {
          what: 'a guest was paused, and an agent of its hypervisor set its clock when it went on',
          why: 'if this is a guest',
        },
      ],
      remedy: stepAfterJumps(keeper),
      confirm: 'The log of the kernel: `journalctl -k | grep "PM: suspend"`.',
    },
  ]
}

const total = (all: readonly Sleep[]) => all.reduce((sum, { from, to }) => sum + to - from, 0)

export const lengthOf = (all: readonly Sleep[], about = ''): string =>
  `${all.length === 1 ? '' : ` ${all.length} times,`} for ${about}${duration(total(all))}${all.length === 1 ? '' : ' in all'}`

/** The largest that is more than a network hides. */
const leftBy = (all: readonly Sleep[]): Seconds | undefined =>
  all
    .flatMap(({ left }) => (left !== undefined && Math.abs(left) > CLEARLY ? [left] : []))
    .sort((a, b) => Math.abs(b) - Math.abs(a))[0]

export function leftOff(all: readonly Sleep[]): string {
  const size = leftBy(all)
  if (size === undefined) return ''
  return ` When it went on, the clock was off by ${all.length > 1 ? 'up to ' : ''}${signed(size)}, as the hardware clock left it.`
}
