/**
 * What `chronyd -Q` found, time after time, in lines without a stamp, and ntpdate where what it finds grows: nothing set the clock.
 * Nobody knows how long it was between two runs, so there is no rate and no duration: only how wrong the clock was, in which order.
 */
import { growsInOrder } from '#analysis/log/corrections/runs.ts'
import { signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'
import { commandLook, commandRun } from './command-run.ts'
import { untimedRuns } from './untimed-runs.ts'

/** What every daemon keeps. */
const APART: Seconds = 0.1
const CRITICAL: Seconds = 1

export const lookedUntimed: Rule = subject => {
  const { looks, sets } = untimedRuns(subject)
  if (growsInOrder(sets)) return told(sets, commandRun(subject.keeper), subject)
  return told(looks, commandLook(subject.keeper), subject)
}

function told(runs: readonly LogEvent[], command: string, { keeper }: Subject): Finding[] {
  const off = runs.filter(({ size }) => Math.abs(size) > APART)
  const last = runs.at(-1)
  if (!last || off.length === 0) return []
  const worst = off.reduce((most, each) => (Math.abs(each.size) > Math.abs(most.size) ? each : most))
  const grows = growsInOrder(runs)
  const stays = runs.length > 1 && off.includes(last)
  const size = Math.abs(worst.size)
  return [
    {
      name: stays ? 'never-corrected' : 'offset-large-now',
      severity: size > CRITICAL ? 'critical' : 'warning',
      from: undefined,
      to: undefined,
      what: grows
        ? `From run to run ${command} found the clock further off, from ${signed(runs[0]!.size)} to ${signed(last.size)}: nothing corrects it.`
        : `${runs.length === 1 ? 'A run' : `${off.length} of ${runs.length} runs`} of ${command} found the clock ${off.length > 1 ? 'up to ' : ''}${amount(size)} ${worst.size > 0 ? 'behind' : 'ahead'}${stays ? ', the last one, too: nothing corrects it' : ''}.`,
      measures: { size: worst.size, last: last.size, count: off.length, runs: runs.length },
      evidence: [...new Set([...off.slice(0, 2), worst, last])].map(evidenceOf),
      cost: 'All that this machine stamps is wrong by that.',
      causes: [
        { what: 'nothing keeps this clock', why: `${command} looks, and leaves it as it is` },
        ...(grows
          ? []
          : [
              {
                what: 'its sources are wrong, and the clock is right',
                why: 'a run believes what it is told',
              },
            ]),
      ],
      remedy: configure(keeper, 'Let a daemon keep the clock in place of the runs.', [
        'systemctl enable --now chronyd   (chrony on Debian)',
      ]),
      confirm:
        '`clockwright drift HOST`; the same run with other sources. When these were, their lines do not say.',
    },
  ]
}
