/**
 * The clock discipline (local_clock and adj_host_clock of ntp_loopfilter.c): a state machine around a hybrid of phase-lock
 * and frequency-lock loop.
 *
 *   NSET  nothing is known of the frequency yet          FSET  it came from the drift file
 *   FREQ  it is being measured                           SYNC  the clock is disciplined
 *   SPIK  an offset beyond the step threshold was seen
 *
 * In SYNC the first offset beyond the threshold is taken for a spike; only when one is seen after the stepout, too, is the
 * clock stepped. The time since the last update is ntpd's own count of seconds, so a pause of the guest is not part of it.
 *
 * With the kernel's loop offsets are handed to the kernel and the frequency is read back from it; this keeps a loop of its own
 * beside the kernel's to know what it would read. Without it ntpd calls adjtime every second.
 */
import { type PollLog2, pollInterval, type Rate, type Seconds } from '#core/time/units.ts'
import type { NtpdSettings } from '#dialects/ntpd/settings.ts'
import { type Trickle, Trickling } from '#worlds/simulated/adjtime.ts'
import type { KernelCall } from '#worlds/simulated/kernel-clock.ts'
import { clamp, KernelLoop, MAX_FREQUENCY } from '#worlds/simulated/kernel-loop.ts'
import { interval } from './association.ts'
import type { Conduct } from './conduct.ts'
import { HuffPuff } from './huffpuff.ts'

export type LoopState = 'NSET' | 'FSET' | 'FREQ' | 'SYNC' | 'SPIK'

/** The phase-lock loop removes an offset in so many time constants. */
const PLL_GAIN = 16
/** Over how many updates jitter and wander are averaged. */
const AVERAGE = 8
/** The poll interval grows while offsets stay within so many times the jitter, and at this count. */
const POLL_GATE = 4
const POLL_LIMIT = 30
/** An offset below this ends the hold of the startup. */
const STARTUP_FLOOR: Seconds = 0.0005
/** The startup's time constant as a poll interval. */
const STARTUP_POLL = 1

/** What becomes of an offset. `set`: `ntpd -q` has done its work. */
export type Disciplined = 'panic' | 'set' | 'ignored' | 'slewed' | 'stepped'

/** Where the loop sends what it does and what it has to say. */
export interface LoopOutlet {
  adjust(call: KernelCall): void
  notice(name: string, text: string): void
}

export interface Moment {
  /** Whole seconds since the start, as ntpd counts them, and the same by the counter. */
  readonly now: number
  readonly at: Seconds
}

export class LoopFilter {
  state: LoopState
  /** The time constant and poll interval of the whole daemon. */
  poll: PollLog2
  jitter: Seconds = 0
  /** Of the frequency. */
  wander: Rate = 0
  frequency: Rate = 0
  offset: Seconds = 0
  readonly #settings: NtpdSettings
  readonly #conduct: Conduct
  readonly #precision: Seconds
  readonly #outlet: LoopOutlet
  readonly #kernel: KernelLoop
  readonly #huffpuff: HuffPuff | undefined
  #lastOffset: Seconds = 0
  #epoch = 0
  #lastStep = 0
  #count = 0
  #mayPanic: boolean
  #mustStep: boolean
  /** Seconds of the startup's hold that are left, as of `#holdAt`; they only pass in SYNC. */
  #hold: number
  #holdAt = 0
  /** The calls of adjtime that are made every second, since when, and whether they are of another offset than the last. */
  #calls: Trickle | undefined
  #callsAt: Seconds = 0
  #offsetIsNew = false

  constructor(
    settings: NtpdSettings,
    conduct: Conduct,
    start: Moment & { readonly precision: Seconds; readonly drift: Rate | undefined },
    outlet: LoopOutlet,
  ) {
    this.#settings = settings
    this.#conduct = conduct
    this.#precision = start.precision
    this.#outlet = outlet
    this.#mayPanic = settings.allowPanic
    this.#mustStep = settings.forceStep
    this.#hold = conduct.startupHold
    this.#callsAt = start.at
    this.#huffpuff = settings.huffpuff === undefined ? undefined : new HuffPuff(settings.huffpuff)
    this.poll = settings.defaults.leastPoll
    this.jitter = start.precision
    this.#kernel = new KernelLoop(start.at)
    this.state = start.drift === undefined ? 'NSET' : 'FSET'
    if (settings.quit) return
    if (settings.kernelLoop) {
      outlet.notice('kern', 'kernel time sync enabled')
      outlet.adjust({ kind: 'pll', offset: 0, constant: this.poll })
    }
    this.#setFrequency(clamp(start.drift ?? 0, MAX_FREQUENCY))
    if (this.state === 'NSET') outlet.notice('freq_not_set', 'freq_not_set')
    if (settings.disciplines) this.#keepCalling(start)
  }

  /** Samples are used in the order in which they come until the startup is over. */
  get startingUp(): boolean {
    return this.#hold > 0
  }

  /** When the hold of the startup will be over, if nothing else happens. */
  holdEnds(): number {
    const ends = this.#hold > 0 && this.state === 'SYNC'
    return ends ? this.#holdAt + this.#hold : Number.POSITIVE_INFINITY
  }

  /** Time has passed: the hold may be over, huff-n'-puff may begin a new bucket. */
  pass(moment: Moment): void {
    this.#huffpuff?.pass(moment.now)
    if (this.#hold === 0) return
    const passed = this.state === 'SYNC' ? moment.now - this.#holdAt : 0
    this.#holdAt = moment.now
    if (passed === 0) return
    this.#hold = Math.max(0, this.#hold - passed)
    if (this.#hold === 0) this.#keepCalling(moment)
  }

  /** What the system peers say now. */
  discipline(
    measured: Seconds,
    moment: Moment,
    peer: { readonly delay: Seconds; readonly minpoll: PollLog2; readonly maxpoll: PollLog2 },
  ): Disciplined {
    const { panic, quit, disciplines } = this.#settings
    if (!disciplines) return 'ignored'
    if (Math.abs(measured) > panic && panic > 0 && !this.#mayPanic) {
      this.#outlet.notice('panic_stop', `${signed(measured, 0)} s; set clock manually within ${panic} s.`)
      this.#stopCalling()
      return 'panic'
    }
    if (this.#conduct.licence === 'first-offset') this.#mayPanic = false
    if (quit) return this.#setOnce(measured)
    const offset = this.#huffpuff ? this.#huffpuff.correct(measured, peer.delay) : measured
    this.clampPoll(peer)
    this.offset = this.#leftOfOffset(moment)
    const far = this.#isFar(offset) || this.#mustStep
    this.#mustStep = false
    const frequency = far ? this.#beyond(offset, moment) : this.#within(offset, moment)
    if (typeof frequency !== 'number') return frequency.became
    this.#finish(frequency, moment, peer)
    return far ? 'stepped' : 'slewed'
  }

  /** The daemon's poll interval stays within the limits of whoever it follows. */
  clampPoll(peer: { readonly minpoll: PollLog2; readonly maxpoll: PollLog2 }): void {
    this.poll = Math.min(peer.maxpoll, Math.max(peer.minpoll, this.poll))
  }

  /** The process ends: nobody calls adjtime any more, and what the last call left is less than a second's. */
  #stopCalling(): void {
    if (this.#calls) this.#outlet.adjust({ kind: 'slew', offset: 0 })
    this.#calls = undefined
  }

  #isFar(offset: Seconds): boolean {
    const { stepForward, stepBack } = this.#settings
    return (stepForward > 0 && offset > stepForward) || (stepBack > 0 && -offset > stepBack)
  }

  #setOnce(offset: Seconds): 'set' {
    const far = this.#isFar(offset)
    const how = far ? 'set' : 'slew'
    this.#outlet.adjust(far ? { kind: 'step', size: offset } : { kind: 'slew', offset })
    this.#outlet.notice('time_set', `time ${how} ${signed(offset, 6)} s`)
    return 'set'
  }

  /** An offset beyond the step threshold: the frequency after the step, or why there was none. */
  #beyond(offset: Seconds, moment: Moment): Rate | { became: 'ignored' | 'stepped' } {
    const { stepout } = this.#settings
    const waited = moment.now - this.#epoch >= stepout
    const text = `${signed(offset, 6)} s`
    let frequency = this.frequency
    switch (this.state) {
      case 'SYNC':
        this.pass(moment)
        this.#outlet.notice('spike_detect', `spike_detect ${text}`)
        this.state = 'SPIK'
        this.#keepCalling(moment)
        return { became: 'ignored' }
      case 'FREQ':
        if (!waited) return { became: 'ignored' }
        frequency = this.#measureFrequency(offset, moment)
        break
      case 'SPIK':
        if (!waited) return { became: 'ignored' }
    }
    this.#outlet.notice('clock_step', `clock_step ${text}`)
    this.#outlet.adjust({ kind: 'step', size: offset })
    this.#kernel.forgetPhase(moment.at)
    this.#count = 0
    if (this.#conduct.restartsPoll) this.poll = this.#settings.defaults.leastPoll
    this.jitter = this.#precision
    const soon = this.#conduct.trainsAfterSteps && moment.now - this.#lastStep < 2 * stepout
    if (this.state === 'NSET' || soon) {
      this.#enter('FREQ', 0, moment)
      this.#keepCalling(moment)
      return { became: 'stepped' }
    }
    this.#lastStep = moment.now
    this.#enter('SYNC', 0, moment)
    return frequency
  }

  /** An offset that can be slewed: the frequency it leads to, or why it leads to none. */
  #within(offset: Seconds, moment: Moment): Rate | { became: 'ignored' } {
    const change = Math.max(Math.abs(offset - this.#lastOffset), this.#precision)
    this.jitter = Math.sqrt(this.jitter ** 2 + (change ** 2 - this.jitter ** 2) / AVERAGE)
    const { frequencyFrom } = this.#conduct
    switch (this.state) {
      case 'NSET':
        if (frequencyFrom === 'all') this.#outlet.adjust({ kind: 'slew', offset })
        this.#enter('FREQ', offset, moment)
        return this.frequency
      case 'FSET':
        if (frequencyFrom === 'all') break
        this.#enter('SYNC', offset, moment)
        return this.frequency
      case 'FREQ': {
        if (moment.now - this.#epoch < this.#settings.stepout) return { became: 'ignored' }
        const frequency = this.#measureFrequency(offset, moment)
        if (frequencyFrom === 'all') return this.#lock(offset, frequency, moment)
        this.#enter('SYNC', frequencyFrom === 'change' ? offset : 0, moment)
        return frequency
      }
    }
    return this.#lock(offset, this.frequency, moment)
  }

  /** Phase and frequency from an offset, as the daemon's own loop has them. */
  #lock(offset: Seconds, before: Rate, moment: Moment): Rate {
    if (this.#conduct.licence === 'first-discipline') this.#mayPanic = false
    this.pass(moment)
    let frequency = before
    if (this.#hold === 0) {
      const elapsed = moment.now - this.#epoch
      const times = { constant: interval(this.poll), elapsed, allan: pollInterval(this.#settings.allan) }
      const { pll, fll } = this.#conduct.gains(times)
      frequency += offset * pll + (offset - this.offset) * fll
    }
    this.#enter('SYNC', offset, moment)
    if (Math.abs(offset) < STARTUP_FLOOR) this.#hold = 0
    return frequency
  }

  #finish(
    reckoned: Rate,
    moment: Moment,
    peer: { readonly minpoll: PollLog2; readonly maxpoll: PollLog2 },
  ): void {
    let frequency = reckoned
    if (this.#settings.kernelLoop && this.#hold === 0) {
      this.#outlet.adjust({ kind: 'pll', offset: this.offset, constant: this.poll })
      this.#kernel.feed(this.offset, this.poll, moment.at)
      this.offset = this.#kernel.left(moment.at)
      frequency = this.#kernel.frequency
    }
    if (Math.abs(frequency) > MAX_FREQUENCY) {
      const ppm = (frequency * 1e6).toFixed(0)
      this.#outlet.notice('frequency_tolerance', `frequency error ${ppm} PPM exceeds tolerance 500 PPM`)
    }
    const change = (frequency - this.frequency) ** 2
    this.frequency = clamp(frequency, MAX_FREQUENCY)
    this.wander = Math.sqrt(this.wander ** 2 + (change - this.wander ** 2) / AVERAGE)
    this.#adaptPoll(peer)
    this.#keepCalling(moment)
  }

  #adaptPoll(peer: { readonly minpoll: PollLog2; readonly maxpoll: PollLog2 }): void {
    if (this.#hold > 0) {
      this.#count = 0
    } else if (Math.abs(this.offset) < POLL_GATE * this.jitter) {
      this.#count += this.poll
      if (this.#count <= POLL_LIMIT) return
      this.#count = POLL_LIMIT
      if (this.poll < peer.maxpoll) {
        this.#count = 0
        this.poll++
      }
    } else {
      this.#count -= 2 * this.poll
      if (this.#count >= -POLL_LIMIT) return
      this.#count = -POLL_LIMIT
      if (this.poll > peer.minpoll) {
        this.#count = 0
        this.poll--
      }
    }
  }

  #enter(state: LoopState, offset: Seconds, moment: Moment): void {
    this.pass(moment)
    if (state !== this.state) {
      if (state === 'SYNC') this.#outlet.notice('clock_sync', 'clock_sync')
      if (state === 'FREQ') this.#outlet.notice('freq_mode', 'freq_mode')
    }
    this.state = state
    this.#lastOffset = offset
    this.offset = offset
    this.#epoch = moment.now
    this.#offsetIsNew = true
  }

  /** What the clock ran away by since the measurement began. */
  #measureFrequency(offset: Seconds, moment: Moment): Rate {
    const elapsed = moment.now - this.#epoch
    const { frequencyFrom } = this.#conduct
    const { kernelLoop } = this.#settings
    if (frequencyFrom === 'all') this.#setFrequency(offset / elapsed)
    else {
      if (frequencyFrom === 'growth' && kernelLoop) this.offset = this.#kernel.left(moment.at)
      const base = kernelLoop ? this.#kernel.frequency : this.frequency
      this.#setFrequency((offset - this.offset) / elapsed + base)
    }
    return this.frequency
  }

  #setFrequency(rate: Rate): void {
    this.frequency = rate
    const { kernelLoop } = this.#settings
    if (kernelLoop) {
      this.#kernel.frequency = clamp(rate, MAX_FREQUENCY)
      this.#outlet.adjust({ kind: 'frequency', rate: this.#kernel.frequency })
    } else if (this.#conduct.clearsKernel) this.#outlet.adjust({ kind: 'frequency', rate: 0 })
    this.#outlet.notice(
      'freq_set',
      `freq_set ${kernelLoop ? 'kernel' : 'ntpd'} ${(rate * 1e6).toFixed(3)} PPM`,
    )
  }

  /** What is left of the offset that was last set, where ntpd removes it itself. */
  #leftOfOffset({ at }: Moment): Seconds {
    if (!this.#calls || this.#offsetIsNew) return this.offset
    return new Trickling(this.#calls).left(at - this.#callsAt)
  }

  /** ntpd calls adjtime every second; what it asks for changes with the offset, the state and the poll interval. */
  #keepCalling(moment: Moment): void {
    const part = this.#callingPart()
    const rate = this.#settings.kernelLoop ? 0 : this.frequency
    const same = this.#calls?.part === part && this.#calls.rate === rate && !this.#offsetIsNew
    const needless = part === 0 && rate === 0
    if (same || (needless && !this.#calls)) return
    const offset = this.#leftOfOffset(moment)
    const calls: Trickle = { offset, part, rate, excess: this.#conduct.boundsSlew ? 'kept' : 'lost' }
    this.#outlet.adjust({ kind: 'trickle', calls })
    this.offset = offset
    this.#offsetIsNew = false
    this.#calls = needless ? undefined : calls
    this.#callsAt = moment.at
  }

  /** The part of the offset that is removed each second by adjtime; 0 where the kernel does it. */
  #callingPart(): number {
    const { kernelLoop } = this.#settings
    if (!this.#conduct.boundsSlew) return kernelLoop ? 0 : 1 / (PLL_GAIN * interval(this.poll))
    if (this.state !== 'SYNC') return 0
    if (this.#hold > 0) return 1 / (PLL_GAIN * interval(STARTUP_POLL))
    return kernelLoop ? 0 : 1 / (PLL_GAIN * interval(this.poll))
  }
}

export const signed = (value: number, digits: number): string =>
  `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(digits)}`
