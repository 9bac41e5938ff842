/**
 * vm-paused: the clock lost time at one moment. A guest that is paused, snapshotted or migrated cannot see that on its own
 * clocks, since all of them stand; only what servers say shows it.
 */

import { isAbout } from '#analysis/log/disturbances/alike.ts'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { perhapsSlept } from '#analysis/log/disturbances/sleeps.ts'
import { duration } from '#core/time/format.ts'
import { amount } from '../amount.ts'
import type { Finding } from '../finding.ts'
import { stepAfterJumps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { type Subject, seenIn } from '../subject.ts'
import { momentOf } from './moment.ts'
import { asleepFor } from './perhaps-slept.ts'
import { ANOTHER_RATE, rateUnknown } from './rate-unknown.ts'
import { recovery } from './recovery.ts'
import { type Repeated, repeatedAsTeeth, repeatedOf } from './repeated.ts'

/** From here on somebody will have noticed. */
const CRITICAL = 1

export const vmPaused: Rule = subject => {
  const all = subject.disturbances.clock.filter(
    each => each.size > 0 && each.moved !== 'wall clock' && !each.restarted,
  )
  const { oscillation } = subject.disturbances
  const teeth = oscillation?.teeth && oscillation.teeth.size > 0 ? oscillation : undefined
  const repeated = repeatedAsTeeth(teeth, subject) ?? repeatedOf(all, subject, SUDDENLY)
  return repeated ? [pausedAgain(repeated, subject)] : all.map(each => paused(each, subject))
}

/** By words alone: its daemon has named one and no other. */
function isOfOneSource({ sources }: Disturbance, { log, keeper }: Subject): boolean {
  const named = log.events
    .of('source-added', 'reachable', 'selected', 'unreachable')
    .filter(({ daemon, source }) => daemon === keeper.daemon && source !== undefined)
  return sources.length === 0 && new Set(named.map(({ source }) => source)).size === 1
}

/** A log of other sources shows it, too. */
const isConfirmed = ({ size, local }: Disturbance, { log, keeper }: Subject): boolean =>
  log
    .samplesOf(keeper.daemon)
    .filter(series => series !== log.bestSamples(keeper.daemon))
    .some(({ changes }) =>
      changes.all.some(
        ({ before, after, from, to }) => isAbout(after - before, size) && from < local.to && to > local.from,
      ),
    )

const SUDDENLY = 'from one measurement to the next'

function pausedAgain({ what, most, ...repeated }: Repeated, { keeper }: Subject): Finding {
  return {
    name: 'vm-paused',
    severity: most >= CRITICAL ? 'critical' : 'warning',
    ...repeated,
    what: `The clock lost time at once ${what}: the machine stands still again and again, or somebody sets the clock back.`,
    cost: `Whatever is written after each of them bears stamps up to ${duration(most)} too early until it is corrected.`,
    causes: [
      {
        what: 'a job of the hypervisor stops the guest: snapshots, backups, a balancer that moves guests',
        why: 'if they come as regularly as it runs',
      },
      {
        what: 'the host has too little processor time or memory for its guests',
        why: 'if they come with its load',
      },
      { what: 'a program sets the clock back', why: 'if the daemon undoes it each time' },
    ],
    remedy: stepAfterJumps(keeper),
    confirm:
      'The schedule and the load of the host, held against these times; `clockwright run` records such pauses with their length.',
  }
}

function paused(each: Disturbance, subject: Subject): Finding {
  const { keeper, log } = subject
  const back = recovery(each, subject)
  const asleep = each.moved === 'machine' ? undefined : perhapsSlept(each, log, keeper.daemon)
  // It lasted longer than the time in which it began.
  const since = each.moved === 'machine' && each.size > each.to - each.from ? ' from some moment then on' : ''
  return {
    name: 'vm-paused',
    severity: each.size >= CRITICAL ? 'critical' : 'warning',
    from: each.open ? undefined : each.from,
    to: each.to,
    what: `The clock lost ${amount(each.size)} ± ${duration(each.uncertainty)} ${momentOf(each, subject)}: the machine stood still${since}${asleep === undefined ? '' : ', or slept'}${each.moved === 'machine' ? '' : `, or somebody set the clock back${rateUnknown(each, subject) ? ', or its rate changed' : ''}`}.`,
    measures: {
      size: each.size,
      uncertainty: each.uncertainty,
      ...(back && { recovered: back.after }),
    },
    evidence: [
      ...seenIn(each, subject, SUDDENLY),
      ...(each.moved === 'machine'
        ? [
            {
              text: 'the polls kept their pace by the local clock: the machine stood, not only its wall clock',
            },
          ]
        : []),
      ...(back ? [{ text: back.text }] : []),
    ],
    cost: `All that was written in the time until the correction bears stamps up to ${duration(each.size)} too early${back ? `, for ${duration(back.after)}` : ''}.`,
    causes: [
      {
        what: 'the guest was paused: suspended, snapshotted, backed up, migrated or put back to a snapshot by its hypervisor',
        why:
          each.moved === 'machine'
            ? 'the machine’s own counter stood too'
            : 'a guest’s clock stands while it is paused, and nothing else takes so much at once',
      },
      ...(asleep === undefined ? [] : [asleepFor(asleep)]),
      ...(each.moved === 'machine'
        ? []
        : [
            {
              what: 'somebody set the clock back',
              why:
                each.sources.length > 0
                  ? 'the pace of the polls does not tell'
                  : `the words of ${keeper.name} do not tell; then it was up to ${amount(each.size)} later, since the stamps are of the clock that was set`,
            },
          ]),
      ...(rateUnknown(each, subject) ? [ANOTHER_RATE] : []),
      ...((each.sources.length === 1 && !isConfirmed(each, subject)) || isOfOneSource(each, subject)
        ? [{ what: 'the only source that was heard jumped forward', why: 'no second one contradicts it' }]
        : []),
    ],
    remedy: stepAfterJumps(keeper),
    confirm:
      'The events of the hypervisor (virsh, vCenter, the cloud’s audit log) at that time; in the guest, an RTC or host clock that ran on. `clockwright run` records such pauses with their length.',
  }
}
