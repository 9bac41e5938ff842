/**
 * ntpd as a daemon of the lab: classic 4.2.4 to 4.2.8 and NTPsec, behaving as the real ones do because it does what they do:
 * the same order of tests, the same constants, the same registers (ntp_proto.c, ntp_loopfilter.c, ntp_timer.c).
 *
 * It does not play reference clocks other than the local one, or authentication; of broadcast and multicast the client that
 * first asks whom it hears (without `novolley`).
 */
import type { AgentEvent } from '#core/agent/event.ts'
import type { Flow } from '#core/ntp/endpoint.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Rate } from '#core/time/units.ts'
import { type NtpdConf, parseConf } from '#dialects/ntpd/conf.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { settingsOf } from '#dialects/ntpd/settings.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import type { Belief, Daemon, DaemonAction } from '../../daemon.ts'
import { Running, type RunningSetup } from './running.ts'

export interface NtpdSetup {
  /** The text of ntp.conf, or what was read of it. */
  readonly config: string | NtpdConf
  /** As people write it: `4.2.6p5`, `ntpd-4.2.8p15`, `ntpsec 1.2.2`. */
  readonly version: string
  /** The command line: `['-g', '-x']`. */
  readonly options?: readonly string[]
  /** What the drift file says; without one the frequency is measured first. */
  readonly drift?: Rate | undefined
  /** Uniform in 0 … 2³²-1. */
  readonly random: () => number
  /** Flows from this number on are free: 1 unless others have been here before. */
  readonly firstFlow?: Flow
  /** Without it no samples and estimates are recorded, only what a log would say. */
  readonly recording?: boolean
}

const NOTHING: readonly DaemonAction[] = []

export class Ntpd implements Daemon {
  /** It takes its transmit timestamps itself, before it sends. */
  readonly ignoresDepartures = true
  readonly #setup: RunningSetup
  #running: Running | undefined

  constructor({ config, version, options = [], drift, random, firstFlow = 1, recording = true }: NtpdSetup) {
    const known = parseVersion(version)
    if (!known) throw new RangeError(`no version of ntpd: ${version}`)
    const conf = typeof config === 'string' ? parseConf(config, 'ntp.conf') : config
    const settings = settingsOf(conf, parseOptions(options), known)
    this.#setup = { conf, settings, drift: settings.frequency ?? drift, random, firstFlow, recording }
  }

  /** The first flow that it has not used. */
  get nextFlow(): Flow {
    return this.#running?.nextFlow ?? this.#setup.firstFlow
  }

  handle(event: AgentEvent): readonly DaemonAction[] {
    if (!this.#running) {
      if (event.kind !== 'started') return NOTHING
      this.#running = new Running(this.#setup, event.now, event.precision)
      return this.#running.firstActions
    }
    if (event.kind === 'sent') return NOTHING
    return this.#running.handle(event)
  }

  believe(now: Reading): Belief | undefined {
    return this.#running?.believe(now)
  }
}
