/**
 * panic-exit-ahead: an offset beyond the panic threshold. ntpd ends itself at the next update, and nobody keeps the clock
 * any more; -g forgives it only before the first update.
 */

import { decidedAt, saidStarts } from '#analysis/log/corrections/corrections-said.ts'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '../amount.ts'
import type { Cause } from '../finding.ts'
import { survivePanic } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'

/** What is stepped is what is left of it. */
const SAME = 0.1

export const panicExitAhead: Rule = subject => {
  const { log, keeper, disturbances, when } = subject
  const panics = log.events.of('panic').filter(event => event.daemon === keeper.daemon)
  const beyond = disturbances.clock.filter(
    each => Math.abs(each.size) > keeper.panicAbove && !survived(each, subject),
  )
  const first = panics[0]
  if (!first && beyond.length === 0) return []
  const told = panics.find(({ size }) => Number.isFinite(size))
  const size = told?.size ?? beyond[0]?.size
  const off = size === undefined ? undefined : Math.abs(size)
  // By true time, as its cause; the line is stamped by the clock that was wrong.
  const at = first && first.at + (first === told ? told.size : 0)
  const set =
    size !== undefined && disturbances.clock.some(each => each.moved === 'wall clock' && isOf(each, size))
  const about = off === undefined ? `more than ${keeper.panicAbove} s` : amount(off)
  return [
    {
      name: 'panic-exit-ahead',
      severity: 'critical',
      from: at ?? beyond[0]!.from,
      to: at ?? log.span?.to,
      what:
        first && at !== undefined
          ? `${keeper.name} ended itself at ${when(at)}${first === told ? ` (${when(first.at)} by its own clock)` : ''}: it was ${about} off. From then on nobody kept the clock.`
          : `The clock is ${about} off, more than the panic threshold: ${keeper.name} ends itself at its next update.`,
      measures: { ...(size !== undefined && { size }), happened: first ? 1 : 0 },
      evidence: first
        ? panics.slice(0, 3).map(evidenceOf)
        : beyond[0]!.lines.map(({ file, line }) => ({
            text: `offset changed by ${signed(size)}`,
            file,
            line,
          })),
      cost: `The clock stays ${off === undefined ? about : duration(off)} wrong, and drifts, until somebody starts the daemon again.`,
      causes: [
        ...(size !== undefined && size < 0 ? AHEAD : set ? SET_BACK : BEHIND),
        { what: 'the clock was wrong at the start, without -g', why: 'if it is the first update' },
      ],
      remedy: survivePanic(keeper),
      confirm: 'No line of the daemon after that moment; the state of its service.',
    },
  ]
}

/**
 * With `tinker panic 0` it steps by as much; one that was started anew by then would have done so at its start. Its line may be stamped by
 * the clock as it was or as it was set.
 */
const survived = ({ size, local }: Disturbance, { log, keeper, disturbances }: Subject): boolean =>
  disturbances.own.some(
    step =>
      Math.max(step.at, decidedAt(step)) >= local.from &&
      isOf(step, size) &&
      !saidStarts(log, keeper.daemon).some(at => at > local.from && at <= step.at),
  )

const isOf = (each: { readonly size: Seconds }, size: Seconds): boolean =>
  Math.abs(each.size - size) < SAME * Math.abs(size)

const BEHIND: readonly Cause[] = [
  {
    what: 'the guest was paused for longer than the panic threshold',
    why: 'its clock stands meanwhile, and is behind',
  },
]
const SET_BACK: readonly Cause[] = [
  { what: 'somebody set the clock back', why: 'only the wall clock was moved' },
]
/** No pause does that. */
const AHEAD: readonly Cause[] = [
  {
    what: 'somebody set the clock forward: a person, tools of the hypervisor, a hardware clock in local time',
    why: 'it is ahead',
  },
]
