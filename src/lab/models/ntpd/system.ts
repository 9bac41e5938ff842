/**
 * The system process (clock_select and clock_update of ntp_proto.c): who sets the clock is decided whenever a server says
 * something new, and the loop is told. From this come the system variables, which ntpd tells its clients and whoever asks.
 */

import { refidOf } from '#core/ntp/refid.ts'
import { logarithm2 } from '#core/number/elementary.ts'
import type { Leap } from '#core/time/leap.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Belief } from '../../daemon.ts'
import type { Outbox } from '../outbox.ts'
import { type Association, UNSPECIFIED_STRATUM } from './association.ts'
import { LeapWatch } from './leap.ts'
import type { LoopFilter, Moment } from './loop.ts'
import type { OwnHeader } from './measure.ts'
import { limitsOf, planPoll } from './poll.ts'
import {
  type Incumbent,
  rootDistance,
  type Selected,
  type SelectRules,
  select,
  stratumBelow,
} from './select.ts'

/** What has become of the daemon: `over` when the process ends. */
export type Updated = 'nothing' | 'panic' | 'set' | 'stepped'

export class System {
  readonly leap = new LeapWatch()
  #synchronised = false
  readonly #rules: SelectRules
  readonly #loop: LoopFilter
  readonly #outbox: Outbox
  readonly #random: () => number
  readonly #incumbent: Incumbent
  readonly #precisionLog2: number
  #stratum = UNSPECIFIED_STRATUM
  #refid = refidOf('INIT')
  #offset: Seconds = 0
  #rootDelay: Seconds = 0
  #rootDispersion: Seconds = 0
  /** In seconds since the start: as of when that was reckoned, and from when the sample is that set the clock last. */
  #rootAt = 0
  #epoch = 0

  constructor(rules: SelectRules, loop: LoopFilter, outbox: Outbox, random: () => number) {
    this.#rules = rules
    this.#loop = loop
    this.#outbox = outbox
    this.#random = random
    this.#incumbent = { peer: undefined, hop: 0, orphanUntil: rules.settings.orphanwait }
    this.#precisionLog2 = logarithm2(rules.precision)
  }

  get synchronised(): boolean {
    return this.#synchronised
  }

  /** Nobody else sets the clock, so that the local one may. */
  isFreeFor(peer: Association): boolean {
    return this.#incumbent.peer === undefined || this.#incumbent.peer === peer
  }

  header(now: number): OwnHeader {
    return {
      leap: this.#synchronised ? this.leap.announced : 'unknown',
      stratum: this.#stratum,
      precision: this.#precisionLog2,
      rootDelay: this.#rootDelay,
      rootDispersion: this.#rootDispersionAt(now),
      refid: this.#refid,
    }
  }

  /** What `ntpq -c rv` would show: the offset of the last update, and the root distance as it has grown since. */
  believe(now: number): Belief | undefined {
    return this.#synchronised ? { offset: this.#offset, errorBound: this.#rootDistance(now) } : undefined
  }

  select(peers: readonly Association[], moment: Moment): Updated {
    const incumbent = this.#incumbent
    const selected = select(peers, incumbent, moment.now, this.#rules)
    if (!selected) {
      if (incumbent.peer !== undefined) {
        incumbent.orphanUntil = moment.now + this.#rules.settings.orphanwait
        this.#outbox.notice('no_sys_peer', 'no_sys_peer')
      }
      incumbent.peer = undefined
      return 'nothing'
    }
    for (const peer of selected.survivors) peer.unreach = 0
    if (selected.peer.epoch <= this.#epoch) return 'nothing'
    if (selected.peer !== incumbent.peer)
      this.#outbox.notice('sys_peer', `${selected.peer.config.address} sys_peer`)
    return this.#update(selected, moment)
  }

  #update(selected: Selected, moment: Moment): Updated {
    const { peer, offset } = selected
    const loop = this.#loop
    this.#incumbent.peer = peer
    this.#epoch = peer.epoch
    loop.clampPoll(limitsOf(peer))
    planPoll(peer, loop.poll, moment.now, this.#random)
    this.#follow(selected, moment.now)
    const poll = loop.poll
    const disciplined = loop.discipline(offset, moment, { ...limitsOf(peer), delay: peer.delay })
    switch (disciplined) {
      case 'ignored':
        return 'nothing'
      case 'stepped':
        this.#loseTime(moment.now)
        break
      case 'slewed':
        this.#synchronised = true
        this.#offset = offset
        this.leap.vote(selected.survivors, this.#outbox.at, moment.now)
        this.#announce(selected.jitter, this.leap.announced, this.#rootDistance(moment.now))
        this.#record(selected, moment.now)
    }
    if (loop.poll !== poll) planPoll(peer, loop.poll, moment.now, this.#random)
    return disciplined === 'slewed' ? 'nothing' : disciplined
  }

  /** Who follows a server stands one stratum below it, and as far from the root as it, the way to it and the offset. */
  #follow({ peer, offset, jitter }: Selected, now: number): void {
    const { mindist, dispersion } = this.#rules.settings
    this.#stratum = stratumBelow(peer)
    this.#refid = peer.refid
    this.#rootDelay = peer.delay + peer.rootDelay
    const aged = dispersion * (now - peer.update)
    const distance = peer.rootDispersion + peer.dispersion + jitter + aged + Math.abs(offset)
    this.#rootDispersion = Math.max(mindist, distance)
    this.#rootAt = now
  }

  /** The clock was stepped: until somebody is selected again nothing is known. */
  #loseTime(now: number): void {
    this.#synchronised = false
    this.#stratum = UNSPECIFIED_STRATUM
    this.#refid = refidOf('STEP')
    this.#rootDelay = 0
    this.#rootDispersion = 0
    this.#rootAt = now
    this.#announce(this.#rules.precision, 'unknown', undefined)
  }

  #announce(jitter: Seconds, leap: Leap, errorBound: Seconds | undefined): void {
    this.#outbox.do({ kind: 'announce', claim: { errorBound, jitter, leap } })
  }

  #rootDistance(now: number): Seconds {
    return this.#rootDelay / 2 + this.#rootDispersionAt(now)
  }

  #rootDispersionAt(now: number): Seconds {
    return this.#rootDispersion + this.#rules.settings.dispersion * (now - this.#rootAt)
  }

  #record({ peer, offset, survivors }: Selected, now: number): void {
    if (!this.#outbox.recording) return
    this.#outbox.record({
      kind: 'estimate',
      at: this.#outbox.at,
      offset,
      errorBound: this.#rootDistance(now),
      frequencyError: -this.#loop.frequency,
      frequencyErrorBound: undefined,
      jitter: this.#loop.jitter,
      source: peer.config.address,
      survivors: survivors.length,
    })
  }

  /** A line of peerstats. */
  recordSample(peer: Association, now: number): void {
    if (!this.#outbox.recording) return
    this.#outbox.record({
      kind: 'sample',
      at: this.#outbox.at,
      source: peer.config.address,
      address: peer.config.address,
      offset: peer.offset,
      delay: peer.delay,
      dispersion: peer.dispersion,
      rootDistance: rootDistance(peer, now, this.#rules),
      stratum: peer.stratum,
      leap: peer.leap,
      poll: peer.hostPoll,
    })
  }
}
