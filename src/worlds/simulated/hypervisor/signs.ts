/**
 * What a guest sees afterwards of a time in which it did not run: the signs that the witnesses of a real machine give, as
 * late and as vague as they give them (worlds/host/signs, docs/guide/keep-a-clock.md).
 *
 * Who compares clocks looks once a second; each compares with the counter, so a counter that ran on hides everything. The RTC
 * shows whole seconds: at first it tells the length within a second, and when it has found the edge of its second again,
 * within some milliseconds. RTC and PTP are the host's clock, and so are wrong by what that was set meanwhile, or by what two
 * hosts differ.
 */
import { type DisruptionSign, HOSTS_DIFFER, type Span } from '#core/guest/disruption.ts'
import { type Monotonic, plus } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { Random } from '../random.ts'
import type { Devices, Verb } from './family.ts'

/** What was done to the guest, as far as its devices can show it. */
export interface Traces {
  readonly verb: Verb
  /** The counter when it stopped. */
  readonly stopped: Monotonic
  /** How far the host's clock went on beyond the guest's counter. */
  readonly hostGained: Seconds
  /** How far the processor's own counter did. */
  readonly tscGained: Seconds
  /** By how much the kernel carried the wall clock on, when it did: `any` where that says nothing. */
  readonly kernelAdded: Seconds | 'any' | undefined
}

/** A sign that is given so long after the guest runs again, when its counter says `now`. */
export interface LateSign {
  readonly after: Seconds
  readonly sign: (now: Monotonic) => DisruptionSign
}

/** Who compares clocks does so as often. */
export const LOOK_EVERY: Seconds = 1
const VMCLOCK_LOOK_EVERY: Seconds = 0.1
/** What two clocks may come apart by from look to look before it counts as a jump. */
const UNSTEADY: Rate = 5e-4
const LEAST: Seconds = 1e-3
/** The edge of the RTC's second is known to this … */
const RTC_FINE: Seconds = 0.015
const RTC_LEAST: Seconds = 0.1
/** … and found again in this time at most; who has jumped by less than a second is doubted for a while. */
const EDGE_SEARCH: Seconds = 4
const RTC_DOUBT: Seconds = 2
/** How far back the kernel's log is thought to reach. */
const LOG_DELAY: Seconds = 1
/** BOOTTIME and MONOTONIC are read one after the other, and what is added to one may be whole seconds of the RTC. */
const SUSPEND_READING: Seconds = 0.005 + 1
/** Shorter suspends are not noticed. */
const SUSPEND_LEAST: Seconds = 0.01
const INTERRUPT: Seconds = 0.01

/** Those that change the identity of the memory, and those after which another processor may count. */
const LOADED: ReadonlySet<Verb> = new Set<Verb>(['revert'])
const MOVED: ReadonlySet<Verb> = new Set<Verb>(['migrate', 'suspend', 'revert'])

export function signsOf(traces: Traces, devices: Devices, random: Random): readonly LateSign[] {
  const { verb, stopped } = traces
  const looked = random.uniform() * LOOK_EVERY
  const next = LOOK_EVERY - looked
  const since = (ago: Seconds) => (now: Monotonic) => ({ from: plus(stopped, -ago), to: now })
  const signs: LateSign[] = []
  const { kernelAdded } = traces
  if (kernelAdded === 'any')
    signs.push(changed('restored', 'boottime', INTERRUPT * random.uniform(), since(looked)))
  else if (kernelAdded !== undefined && kernelAdded > SUSPEND_LEAST)
    signs.push(boottime(kernelAdded, since(looked), random))
  if (devices.vmgenid && LOADED.has(verb)) {
    const span = (now: Monotonic) => ({ from: plus(now, -LOG_DELAY), to: now })
    signs.push(changed('restored', 'vmgenid', INTERRUPT * random.uniform(), span))
  }
  if (devices.vmclock && MOVED.has(verb)) {
    const ago = VMCLOCK_LOOK_EVERY * random.uniform()
    const kind = LOADED.has(verb) ? 'restored' : 'counter-changed'
    signs.push(changed(kind, 'vmclock', VMCLOCK_LOOK_EVERY - ago, since(ago)))
  }
  if (devices.tsc) signs.push(...fine('tsc', traces.tscGained, next, since(looked)))
  if (devices.ptp) signs.push(...fine('ptp', traces.hostGained, next, since(looked)))
  if (devices.rtc) signs.push(...rtc(traces.hostGained, next, since(looked), random))
  return signs
}

type During = (now: Monotonic) => Span

const changed = (
  kind: 'counter-changed' | 'restored',
  witness: string,
  after: Seconds,
  during: During,
): LateSign => ({ after, sign: now => ({ kind, witness, during: during(now) }) })

const paused = (
  witness: string,
  lost: Seconds,
  uncertainty: Seconds,
  after: Seconds,
  during: During,
): LateSign => ({
  after,
  sign: now => ({
    kind: 'paused',
    witness,
    lost,
    uncertainty,
    atLeast: 0,
    ...(witness === 'tsc' ? {} : { beyond: HOSTS_DIFFER }),
    during: during(now),
  }),
})

const wentBack = (witness: string, after: Seconds, during: During): LateSign => ({
  after,
  sign: now => ({ kind: 'hint', witness, text: `${witness} went back`, during: during(now) }),
})

/** The kernel says how long it was suspended, as it believes. */
const boottime = (added: Seconds, during: During, random: Random): LateSign => ({
  after: INTERRUPT * random.uniform(),
  sign: now => ({
    kind: 'paused',
    witness: 'boottime',
    lost: added,
    uncertainty: SUSPEND_READING,
    during: during(now),
  }),
})

/** Clocks that can be read in microseconds. */
function fine(witness: string, gained: Seconds, after: Seconds, during: During): LateSign[] {
  const uncertainty = UNSTEADY * LOOK_EVERY
  if (Math.abs(gained) < uncertainty + LEAST) return []
  return gained < 0
    ? [wentBack(witness, after, during)]
    : [paused(witness, gained, uncertainty, after, during)]
}

function rtc(gained: Seconds, after: Seconds, during: During, random: Random): LateSign[] {
  if (Math.abs(gained) < RTC_LEAST) return []
  const seen = Math.abs(gained) < 1 ? after + RTC_DOUBT : after
  if (gained < 0) return [wentBack('rtc', seen, during)]
  // Somewhere in a second that holds the truth, and more than nothing.
  const low = Math.max(0, gained - random.uniform())
  const error = RTC_FINE * (2 * random.uniform() - 1)
  return [
    paused('rtc', low + 0.5, 0.5, seen, during),
    paused('rtc', gained + error, RTC_FINE, seen + EDGE_SEARCH * random.uniform(), during),
  ]
}
