/**
 * Lets a timekeeper live in a simulated guest for a while, and watches the guest's clock from outside, once a second. The
 * same world, player and seed give the same run, bit for bit.
 */
import { Agent } from '#core/agent/agent.ts'
import type { AgentConfig } from '#core/agent/config.ts'
import type { Timekeeper } from '#core/agent/timekeeper.ts'
import type { Reading } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { drive } from '#worlds/drive.ts'
import { type Break, Simulation, type SimulationConfig } from '#worlds/simulated/world.ts'
import type { Clock, World } from '#worlds/world.ts'
import { type Belief, type Daemon, type Guest, inGuest } from './daemon.ts'
import { EACH_SECOND, type Moments } from './window.ts'

export interface RunConfig {
  readonly world: Omit<SimulationConfig, 'seed'>
  readonly seed: number
  readonly duration: Seconds
  readonly player: PlayerMaker
  /** Whose reading is watched, where processors differ: the system's clock, or what `date` shows on any of them. */
  readonly watched?: 'system' | 'date'
  /** Also ask the player what it would say of its clock: at these moments, or each second. */
  readonly believing?: boolean | Moments
  /** Also keep what the player wants to be remembered. */
  readonly recording?: boolean
}

/** Whoever keeps the guest's time. */
export interface Player {
  readonly keeper: Timekeeper
  believe?(now: Reading): Belief | undefined
}

export type PlayerMaker = (guest: Stage) => Player

export interface Stage extends Guest {
  readonly random: () => number
  /** Whether anybody keeps what the player wants to be remembered. */
  readonly recording: boolean
}

export interface Run {
  /**
   * True time minus the clock, at each second from 0 to the end: positive when the clock is behind. NaN while the guest does not
   * run: there is nobody then who could read its clock.
   */
  readonly offsets: Float64Array
  /** What the player said of the same, and within what bound; NaN where it said nothing or was not asked. */
  readonly beliefs: Float64Array | undefined
  readonly bounds: Float64Array | undefined
  /** What happens between two seconds: what the system's clock showed right before and right after it, in order. */
  readonly breaks: readonly Break[]
  readonly steps: readonly Step[]
  readonly exit: { readonly at: Seconds; readonly why: string } | undefined
  readonly records: readonly TraceRecord[]
  readonly packetsSent: number
}

export interface Step {
  readonly at: Seconds
  /** Positive: the clock was set forward. */
  readonly size: Seconds
  readonly by: 'player' | 'world'
}

/** A model of a daemon as a player. */
export const daemonPlayer =
  (make: (stage: Stage) => Daemon): PlayerMaker =>
  stage => {
    const daemon = make(stage)
    return { keeper: inGuest(daemon, stage), believe: now => daemon.believe?.(now) }
  }

/** Our own agent as a player. */
export const agentPlayer =
  (config: AgentConfig): PlayerMaker =>
  ({ random }) => {
    const agent = new Agent(config, random)
    return {
      keeper: agent,
      believe(now) {
        const believed = agent.offset(now)
        return believed && { offset: believed.offset, errorBound: believed.bound }
      },
    }
  }

export function runLab(config: RunConfig): Run {
  const running = beginRun(config)
  running.advance(config.duration)
  return running.soFar()
}

/** A run that can be looked at, continued or dropped before its end. */
export interface Running {
  /** Goes on until this second, or to the end. */
  advance(until: Seconds): void
  /** Seconds of it that have been played, with the one at 0. */
  readonly played: number
  soFar(): Run
}

export function beginRun({
  world,
  seed,
  duration,
  player,
  watched = 'system',
  believing = false,
  recording = false,
}: RunConfig): Running {
  const sim = new Simulation({ ...world, seed })
  const steps: Step[] = []
  let exit: Run['exit']
  const playing = player({
    random: sim.world.random,
    recording,
    adjust(call) {
      if (call.kind === 'step') steps.push({ at: sim.now, size: call.size, by: 'player' })
      sim.adjust(call)
    },
    join: flow => sim.join(flow),
    exited: why => {
      exit = { at: sim.now, why }
    },
  })
  sim.tellsDepartures = playing.keeper.ignoresDepartures !== true
  const { clock, record } = sim.world
  const steer: Clock['steer'] = order => {
    const steered = clock.steer(order)
    if (steered.kind === 'steered' && steered.stepped !== 0)
      steps.push({ at: sim.now, size: steered.stepped, by: 'player' })
    return steered
  }
  const place: World = {
    ...sim.world,
    clock: { ...clock, steer },
    record: recording ? record : () => {},
  }
  drive(place, playing.keeper)
  const length = Math.floor(duration) + 1
  const asked = believing === true ? EACH_SECOND : believing === false ? undefined : believing
  let offsets = new Float64Array()
  let beliefs = asked && new Float64Array()
  let bounds = asked && new Float64Array()
  let played = 0
  /** Room for so many seconds, and then for twice as many: most runs that may be long are short. */
  const reserve = (seconds: number): void => {
    if (seconds <= offsets.length) return
    const room = Math.min(length, Math.max(seconds, 2 * offsets.length))
    offsets = lengthened(offsets, room)
    beliefs &&= lengthened(beliefs, room)
    bounds &&= lengthened(bounds, room)
  }
  const believe = (second: number): void => {
    if (!beliefs || !bounds) return
    const belief = playing.believe?.(sim.world.clock.read())
    if (!belief) return
    beliefs[second] = belief.offset
    bounds[second] = belief.errorBound ?? Number.NaN
  }
  return {
    get played() {
      return played
    },
    advance(until) {
      reserve(Math.min(length, Math.floor(until) + 1))
      for (; played < length && played <= until; played++) {
        sim.run(played)
        if (sim.paused) continue
        offsets[played] = watched === 'date' ? sim.offsetShown : sim.offset
        if (asked && played >= asked.from && played < asked.to && (played - asked.from) % asked.every === 0)
          believe(played)
      }
    },
    soFar() {
      const byOthers = sim.setByOthers.map(({ at, size }) => ({ at, size, by: 'world' as const }))
      return {
        offsets: offsets.subarray(0, played),
        beliefs: beliefs?.subarray(0, played),
        bounds: bounds?.subarray(0, played),
        breaks: sim.breaks,
        steps: [...steps, ...byOthers].sort((a, b) => a.at - b.at),
        exit,
        records: sim.records,
        packetsSent: sim.packetsSent,
      }
    },
  }
}

/** What nobody knows, or not yet, is no number. */
function lengthened(series: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length)
  longer.set(series)
  return longer.fill(Number.NaN, series.length)
}
