/**
 * The real machine as a world. What it cannot do here (no libc, an old kernel, a sandbox) it does without, in a coarser
 * way, and `losses` says what that costs; nothing is silently worse.
 */
import type { DisruptionSign } from '#core/guest/disruption.ts'
import type { Loss } from '#core/guest/facts.ts'
import { findTimekeepers } from '#core/guest/timekeepers.ts'
import { since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { World } from '#worlds/world.ts'
import { type LoadedLibc, loadLibc } from '../libc.ts'
import { openClock } from './clock.ts'
import { openDatagrams } from './datagrams.ts'
import { openFiles } from './files.ts'
import type { Hook } from './hook.ts'
import { withHostClock } from './host-peer.ts'
import { openHostTime } from './host-time.ts'
import { findLosses } from './losses.ts'
import { resolveName } from './names.ts'
import { openOutbox } from './outbox.ts'
import { openPlainDatagrams } from './plain-datagrams.ts'
import { openRandom } from './random.ts'
import { openService } from './service.ts'
import { openSigns } from './signs/signs.ts'
import { openSteeredClock, readOnly } from './steered-clock.ts'
import { openTimers } from './timers.ts'
import { openWatch } from './watch.ts'

export interface HostOptions {
  /** Where records go; without it they are forgotten. */
  readonly record?: (record: TraceRecord) => void
  /** Steer the clock of the machine; without it, it is only read. Opening throws when that is not allowed. */
  readonly steering?: boolean
  /** Run before and after each step. */
  readonly hook?: Hook
  /** The libc to use, for trying out how it is without. */
  readonly libc?: LoadedLibc
}

export interface HostWorld extends World {
  /** What this machine does not have or does not allow, and what is lost by it. */
  readonly losses: readonly Loss[]
}

/** While requests come, steps and suspends are looked for so often, and not once a second. */
const LOOK_AGAIN: Seconds = 0.02

export function openHost(options: HostOptions = {}): HostWorld {
  const loaded = options.libc ?? loadLibc()
  const libc = loaded.kind === 'loaded' ? loaded.libc : undefined
  const clock = openClock(libc)
  const outbox = openOutbox(clock.read)
  const watch = libc && openWatch(libc)
  const datagrams =
    libc && watch ? openDatagrams(libc, clock, outbox, watch) : openPlainDatagrams(clock, outbox)
  const hostTime = libc && openHostTime(libc, clock, openFiles())
  const network = hostTime ? withHostClock(datagrams, hostTime, clock, outbox) : datagrams
  const timers = openTimers(clock.counter, () => {
    outbox.flush()
    outbox.tell({ kind: 'woke', now: clock.read() })
  })
  const tell = (sign: DisruptionSign) =>
    outbox.post({
      kind: 'disrupted',
      sign: sign.kind === 'stepped' ? { ...sign, suspects: suspects() } : sign,
    })
  const signs = openSigns(libc, clock, watch, tell)
  const service =
    libc &&
    watch &&
    openService(libc, watch, () => {
      lookAgain()
      outbox.flush()
    })
  const meddled = () => tell({ kind: 'meddled', suspects: suspects() })
  const steered = options.steering
    ? openSteeredClock(libc, clock, signs.steps, meddled, options.hook)
    : undefined
  let state: 'made' | 'open' | 'closed' = 'made'
  let looked = clock.counter()

  /** Somebody wants to be told the time: was the clock set, or the machine suspended, since the last look? */
  function lookAgain(): void {
    const now = clock.counter()
    if (since(now, looked) < LOOK_AGAIN) return
    looked = now
    signs.glance()
  }

  return {
    clock: steered ?? readOnly(clock),
    network: service ? { ...network, listen: service.listen } : network,
    timers,
    names: { resolve: name => resolveName(name, found => outbox.post({ kind: 'resolved', ...found })) },
    random: openRandom(),
    record: options.record ?? (() => {}),
    losses: findLosses(loaded, {
      watch: watch !== undefined,
      stamped: datagrams.stamped,
      witnessed: signs.steps.witnessed,
      signs: signs.witnessed,
    }),
    open(tell) {
      if (state !== 'made') throw new Error(`this world is ${state} already`)
      state = 'open'
      outbox.open(tell, { kind: 'started', precision: clock.precision, rate: steered?.found ?? 0 })
    },
    close() {
      if (state === 'closed') return
      state = 'closed'
      outbox.close()
      steered?.leave()
      timers.close()
      signs.close()
      service?.close()
      datagrams.close()
      hostTime?.close()
      watch?.close()
    },
  }
}

/** Who else may set this clock: looked up when somebody has. */
const suspects = (): string[] =>
  findTimekeepers(openFiles())
    .filter(({ disciplines }) => disciplines)
    .map(({ name, pid }) => (pid > 0 ? `${name} (pid ${pid})` : name))
