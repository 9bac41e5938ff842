/** What ntpd knows of one server (struct peer of ntp.h). Times are whole seconds since the daemon started. */
import type { Flow } from '#core/ntp/endpoint.ts'
import type { Leap } from '#core/time/leap.ts'
import type { PollLog2, Seconds } from '#core/time/units.ts'
import { WireTime } from '../wire-time.ts'

/** The interval of a poll, of which ntpd knows those from 0 to 17. */
export const interval = (poll: PollLog2): number => 1 << poll

/** The register of the clock filter. */
export const STAGES = 8
export const MAX_DISPERSION: Seconds = 16
export const UNSPECIFIED_STRATUM = 16

export interface AssociationConfig {
  /** `local` is the driver 127.127.1: the machine's own clock. */
  readonly kind: 'server' | 'peer' | 'local'
  readonly address: string
  readonly minpoll: PollLog2
  readonly maxpoll: PollLog2
  readonly iburst: boolean
  readonly burst: boolean
  readonly prefer: boolean
  readonly true: boolean
  readonly noselect: boolean
  /** It may be let go when there are enough others: pool members. */
  readonly preempt: boolean
  readonly version: number
  readonly bias: Seconds
  /** Of the local clock: what `fudge` says. */
  readonly fudge?: { readonly stratum: number; readonly offset: Seconds }
}

export class Association {
  readonly config: AssociationConfig
  readonly flow: Flow
  /** A server that asks for fewer packets raises it. */
  minpoll: PollLog2

  // What its last packet said.
  leap: Leap = 'unknown'
  stratum = UNSPECIFIED_STRATUM
  resolution: Seconds = 1
  rootDelay: Seconds = 0
  rootDispersion: Seconds = 0
  refid = 0
  /** It is heard, not asked: a server that sends to a group. At first it is asked for a while, to learn the delay. */
  heard: 'no' | 'calibrating' | 'calibrated' | 'yes' = 'no'
  /** When it was asked, by our own clock; an answer must bring the timestamp back. */
  askedAt: Seconds = 0
  readonly origin = new WireTime()
  /** The transmit timestamp of its last answer. */
  readonly transmit = new WireTime()

  // The register, and what the filter makes of it.
  readonly offsets = new Float64Array(STAGES)
  readonly delays = new Float64Array(STAGES)
  readonly dispersions = new Float64Array(STAGES)
  readonly epochs = new Float64Array(STAGES)
  next = 0
  offset: Seconds = 0
  delay: Seconds = 0
  dispersion: Seconds = MAX_DISPERSION
  jitter: Seconds = 0
  /** When the filter last ran, and from when the sample is that it chose. */
  update = 0
  epoch = 0

  // When it is asked.
  reach = 0
  unreach = 0
  hostPoll: PollLog2
  peerPoll: PollLog2
  burst = 0
  retry = 0
  nextDate = 0
  outDate = 0
  /** Until then what was sent still counts against the rate that a server should be asked at. */
  throttleUntil = 0

  constructor(config: AssociationConfig, flow: Flow) {
    this.config = config
    this.flow = flow
    this.minpoll = config.minpoll
    this.hostPoll = config.minpoll
    this.peerPoll = config.maxpoll
  }

  /** What was measured is forgotten: at the start, and whenever the clock is stepped. */
  clear(now: number, precision: Seconds): void {
    this.leap = 'unknown'
    this.stratum = UNSPECIFIED_STRATUM
    this.origin.forget()
    this.transmit.forget()
    this.offsets.fill(0)
    this.delays.fill(0)
    this.dispersions.fill(MAX_DISPERSION)
    this.epochs.fill(0)
    this.next = 0
    this.offset = 0
    this.delay = 0
    this.dispersion = MAX_DISPERSION
    this.jitter = precision
    this.epoch = 0
    this.reach = 0
    this.hostPoll = this.minpoll
    this.peerPoll = this.config.maxpoll
    this.burst = 0
    this.retry = 0
    this.nextDate = now
    this.update = now
    this.outDate = now
  }
}
