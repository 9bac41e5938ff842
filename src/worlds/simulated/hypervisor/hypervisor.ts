/**
 * Does to a guest what its story says, as the hypervisors of its family do it: stops it and lets it go on, carries it to other
 * hosts, loads it from a snapshot; shows it the signs, and lets its tools set its clock.
 */

import type { DisruptionSign } from '#core/guest/disruption.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import type { Monotonic } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { KernelCall } from '../kernel-clock.ts'
import { symmetricLink } from '../link.ts'
import type { Random } from '../random.ts'
import { ntpServer, type Peer } from '../server.ts'
import { later, type TrueTime, trueTime } from '../true-time.ts'
import { type Devices, FAMILIES, type Family, type FamilyName } from './family.ts'
import { aheadOf, type Host } from './host.ts'
import { type Gap, gapOf, type LifeEvent } from './life-event.ts'
import { LOOK_EVERY, signsOf } from './signs.ts'
import { setBy, type ToolsConfig } from './tools.ts'
import { PERIOD, VmwareTimeSync } from './vmware-time-sync.ts'

export interface HypervisorConfig {
  readonly family: FamilyName
  /** Where the guest is at the beginning. */
  readonly host?: Host
  /** One after the other. */
  readonly events?: readonly LifeEvent[]
  /** What the guest has on board, where that is not as usual. */
  readonly devices?: Partial<Devices>
  readonly tools?: ToolsConfig
}

/** The guest, in the hands of its hypervisor. */
export interface Machine {
  readonly now: TrueTime
  readonly counter: Monotonic
  /** Its wall clock minus true time. */
  readonly ahead: Seconds
  /** How long it takes until it runs; nothing while it does. */
  readonly runsIn: Seconds
  plan(at: TrueTime, happen: () => void): void
  /**
   * Nothing of it runs until then. Packets that come meanwhile wait at its door, or are lost. `resumed` is what happens before any
   * program of it runs again.
   */
  stop(until: TrueTime, clocks: 'stand' | 'run', packets: 'wait' | 'lost', resumed: () => void): void
  /** Its processors run, and its clocks stand until then. */
  holdClocks(until: TrueTime): void
  /** Its counter gains so much more from now on. */
  countFaster(by: Rate): void
  /** Its kernel carries the wall clock on. */
  carryOn(by: Seconds): void
  /** A program in it asks its kernel; a step is noticed by the others. */
  call(call: KernelCall): void
  tell(sign: DisruptionSign): void
}

/** What wall clock and counter may come apart by from one look to the next. */
const WALL_LEAST: Seconds = 1e-3
/** Reading the host's clock takes about a microsecond. */
const HOST_LINK = symmetricLink(0.5e-6, 0.1e-6)

export class Hypervisor {
  readonly #family: Family
  readonly #devices: Devices
  readonly #tools: ToolsConfig
  readonly #machine: Machine
  readonly #random: Random
  #host: Host
  /** Since when the guest is there. */
  #hostSince: Seconds = 0
  /** While the clocks of a dependent guest are held: what its wall clock shows, on the scale of true time. */
  #heldAt: Seconds | undefined

  constructor(config: HypervisorConfig, machine: Machine, random: Random) {
    const { family, host = {}, events = [], devices, tools = {} } = config
    this.#family = FAMILIES[family]
    this.#devices = { ...this.#family.devices, ...devices }
    this.#tools = tools
    this.#machine = machine
    this.#random = random
    this.#host = host
    if (host.counter) machine.countFaster(host.counter)
    if (this.#family.dependentWall)
      for (const { at, size } of host.steps ?? []) machine.plan(trueTime(at), () => this.#showWall(size))
    for (const [event, gap] of inOrder(events, family))
      machine.plan(trueTime(gap.from), () => this.#stop(event, gap))
    if (tools.periodic) {
      const sync = new VmwareTimeSync()
      machine.plan(trueTime(PERIOD * random.uniform()), () => this.#syncPeriodically(sync))
    }
  }

  /** The wall clock is the host's: how far that is ahead of true time. Undefined when the guest has its own. */
  wallAhead(at: TrueTime): Seconds | undefined {
    if (this.#family.dependentWall === undefined) return undefined
    return this.#heldAt === undefined ? this.#hostAhead(at) : this.#heldAt - at
  }

  /** The host's clock, for whoever asks it as if it were a server. */
  get hostClock(): Peer | undefined {
    if (!this.#devices.ptp) return undefined
    const config = { address: HOST_CLOCK, link: HOST_LINK, processing: 0, refid: 'HOST' }
    return ntpServer(config, at => this.#hostAhead(at))
  }

  #stop(event: LifeEvent, gap: Gap): void {
    const machine = this.#machine
    const standing = this.#family.does[gap.verb]
    const runs = standing === 'runs-on'
    const stopped = machine.counter
    const hostAhead = this.#hostAhead(machine.now)
    machine.stop(trueTime(gap.to), runs ? 'run' : 'stand', gap.verb === 'pause' ? 'wait' : 'lost', () => {
      if (event.verb === 'migrate' && event.to) this.#moveTo(event.to)
      const hostGained = this.#hostAhead(machine.now) - hostAhead + (runs ? 0 : gap.to - gap.from)
      const added = standing === 'kernel-adds' ? this.#persistent(hostGained) : undefined
      if (added !== undefined) machine.carryOn(added)
      const kernelAdded = added !== undefined && this.#family.suspendMayMove ? 'any' : added
      if (this.#family.dependentWall) {
        this.#catchUp(hostAhead - this.#hostAhead(machine.now), gap)
        if (this.#heldAt === undefined) this.#showWall(hostGained)
      }
      const tscGained = gap.verb === 'pause' && !runs ? gap.to - gap.from : 0
      this.#show({ verb: gap.verb, stopped, hostGained, tscGained, kernelAdded })
      this.#letToolsSet()
    })
  }

  #moveTo(host: Host): void {
    this.#machine.countFaster((host.counter ?? 0) - (this.#host.counter ?? 0))
    this.#host = host
    this.#hostSince = this.#machine.now
  }

  #hostAhead(at: TrueTime): Seconds {
    return aheadOf(this.#host, this.#hostSince, at)
  }

  /** What the kernel takes the time for in which it was away; it does not go back. */
  #persistent(gained: Seconds): Seconds {
    const error = this.#family.coarsePersistentClock ? this.#random.uniform() - 0.5 : 0
    return Math.max(0, gained + error)
  }

  /** The new host is behind the old one by `behind`: a wall clock that never goes back stands until it has caught up. */
  #catchUp(behind: Seconds, gap: Gap): void {
    const machine = this.#machine
    const wait = behind - (gap.to - gap.from)
    if (wait <= 0) return
    this.#heldAt = machine.now + this.#hostAhead(machine.now) + wait
    const until = later(machine.now, wait)
    machine.holdClocks(until)
    machine.plan(until, () => {
      this.#heldAt = undefined
    })
  }

  /** The wall clock is the host's and the counter is not: whoever compares them sees what one has gained on the other. */
  #showWall(size: Seconds): void {
    const machine = this.#machine
    if (Math.abs(size) < WALL_LEAST) return
    const after = LOOK_EVERY * this.#random.uniform()
    machine.plan(later(machine.now, after), () =>
      machine.tell({ kind: 'stepped', size, uncertainty: WALL_LEAST, at: machine.counter }),
    )
  }

  #show(traces: Parameters<typeof signsOf>[0]): void {
    const machine = this.#machine
    for (const { after, sign } of signsOf(traces, this.#devices, this.#random))
      machine.plan(later(machine.now, after), () => machine.tell(sign(machine.counter)))
  }

  get #behind(): Seconds {
    return this.#hostAhead(this.#machine.now) - this.#machine.ahead
  }

  #letToolsSet(): void {
    const machine = this.#machine
    const { onResume } = this.#tools
    if (!onResume) return
    const [from, to] = onResume.after
    machine.plan(later(machine.now, from + (to - from) * this.#random.uniform()), () => {
      const size = setBy(onResume, this.#behind, this.#random.uniform())
      if (size !== 0) machine.call({ kind: 'step', size })
    })
  }

  #syncPeriodically(sync: VmwareTimeSync): void {
    const machine = this.#machine
    if (machine.runsIn > 0) {
      // Its timer stood still, too, and nobody knows where.
      const left = machine.runsIn + PERIOD * this.#random.uniform()
      return machine.plan(later(machine.now, left), () => this.#syncPeriodically(sync))
    }
    for (const call of sync.compare(this.#behind, machine.now + machine.ahead)) machine.call(call)
    machine.plan(later(machine.now, PERIOD), () => this.#syncPeriodically(sync))
  }
}

/** In order, and each possible. */
function inOrder(events: readonly LifeEvent[], family: FamilyName): readonly (readonly [LifeEvent, Gap])[] {
  const does: Family['does'] = FAMILIES[family].does
  const all = events.map(event => [event, gapOf(event)] as const).sort(([, a], [, b]) => a.from - b.from)
  let last = 0
  for (const [, { verb, from, to }] of all) {
    if (does[verb] === 'impossible') throw new RangeError(`${verb} is impossible with ${family}`)
    if (from < last) throw new RangeError(`${verb} at ${from} s comes before the one before is over`)
    if (!(to > from)) throw new RangeError(`${verb} at ${from} s takes no time`)
    last = to
  }
  return all
}
