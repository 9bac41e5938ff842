/** Worlds in which our agent's bound must hold: each is made from a seed, so that no two runs meet the same lengths and hosts. */
import type { Seconds } from '#core/time/units.ts'
import { FAMILIES, type FamilyName, type Verb } from '#worlds/simulated/hypervisor/family.ts'
import type { HypervisorConfig } from '#worlds/simulated/hypervisor/hypervisor.ts'
import type { LifeEvent } from '#worlds/simulated/hypervisor/life-event.ts'
import { TOOLS } from '#worlds/simulated/hypervisor/tools.ts'
import { type Direction, type LinkConfig, symmetricLink } from '#worlds/simulated/link.ts'
import type { OscillatorConfig } from '#worlds/simulated/oscillator.ts'
import { Random } from '#worlds/simulated/random.ts'
import type { ServerConfig } from '#worlds/simulated/server.ts'
import type { HonestStory } from './bound.ts'

type Make = (random: Random) => HonestStory

const HOUR = 3600
const GOOD: OscillatorConfig = { frequencyError: 20e-6, wander: 1e-9 }
const START_OFFSET = { offset: -0.3, stamping: 5e-6 }

/** From `from` to `to`, small ones as often as large ones. */
const between = (random: Random, from: number, to: number): number =>
  from * Math.exp(random.uniform() * Math.log(to / from))
const either = (random: Random, size: number): number => (random.uniform() < 0.5 ? -size : size)

const way = (base: Seconds, mean: Seconds, more: Partial<Direction> = {}): Direction => ({
  base,
  jitter: { kind: 'exponential', mean },
  ...more,
})
const LAN = (): LinkConfig => symmetricLink(100e-6, 20e-6)
const INTERNET = (i: number): LinkConfig => {
  const base = 0.005 * (i + 1)
  return {
    up: { base, jitter: { kind: 'gamma', mean: 2e-3, shape: 2 }, loss: 0.01 },
    down: {
      base: base * 1.3,
      jitter: { kind: 'heavy-tail', mean: 2e-3, index: 2 },
      loss: 0.01,
      duplication: 0.02,
    },
  }
}
const ONE_SIDED = (): LinkConfig => ({ up: way(100e-6, 10e-3), down: way(100e-6, 20e-6) })

const serversOver = (link: (i: number) => LinkConfig, count: number): ServerConfig[] =>
  Array.from({ length: count }, (_, i) => ({
    address: `192.0.2.${i + 1}`,
    link: link(i),
    rootDispersion: 1e-5,
  }))

/** One to four servers, near or far. */
function anyServers(random: Random): ServerConfig[] {
  const count = 1 + (random.uint32() % 4)
  return serversOver(random.uniform() < 0.5 ? LAN : INTERNET, count)
}

const OSCILLATORS: Record<string, OscillatorConfig> = {
  'a good crystal': GOOD,
  'a lively one': { frequencyError: -80e-6, wander: 1e-8 },
  'a drunken one': { frequencyError: 5e-6, wander: 1e-7 },
  'white noise': { frequencyError: 30e-6, whiteNoise: 1e-7, wander: 1e-9 },
  'an hourly cycle': { ...GOOD, temperature: { amplitude: 1e-6, period: HOUR } },
  'a quick cycle': { ...GOOD, temperature: { amplitude: 10e-6, period: 900 } },
  'a growing cycle': { ...GOOD, temperature: { amplitude: 150e-6, period: 7200, grows: 30_000 } },
  ageing: { ...GOOD, ageing: 1e-11 },
  '+2000 ppm': { frequencyError: 2000e-6, wander: 1e-9 },
  '-5 %': { frequencyError: -0.05, wander: 1e-9 },
}

/** Each second they lose or gain three tenths of a tick at random: more than is allowed for before anything is known. */
const COUNTING_TICKS: Record<string, OscillatorConfig> = {
  'lost ticks': { ...GOOD, ticks: { hz: 1000, lost: 1e-4 } },
  'ticks given back twice': { ...GOOD, ticks: { hz: 250, lost: 1e-3, compensation: 2 } },
}

const NETWORKS: Record<string, (i: number) => LinkConfig> = {
  'a LAN': LAN,
  'the internet': INTERNET,
  'a way with one full direction': ONE_SIDED,
}

const quiet =
  (oscillator: OscillatorConfig, link: (i: number) => LinkConfig): Make =>
  random => ({
    world: {
      oscillator,
      servers: serversOver(link, 1 + (random.uint32() % 4)),
      clock: START_OFFSET,
    },
    duration: 4 * HOUR,
    sources: { maxpoll: 6 + (random.uint32() % 5) },
  })

/** Another host counts at another rate, and has another time. */
function eventOf(verb: Verb, random: Random): LifeEvent {
  const at = HOUR + random.uniform() * 600
  switch (verb) {
    case 'migrate':
      return {
        verb,
        at,
        downtime: between(random, 0.03, 10),
        to: {
          offset: either(random, between(random, 1e-4, 10)),
          counter: either(random, between(random, 1e-5, 600e-6)),
        },
      }
    case 'revert':
      return { verb, snapshot: at, at: at + between(random, 10, 6 * 86_400) }
    default:
      return { verb, at, length: between(random, 0.03, HOUR) }
  }
}

/** A disruption of any size, with all or none of the devices. */
const life =
  (family: FamilyName, verb: Verb, more: Partial<HypervisorConfig> = {}): Make =>
  random => {
    const event = eventOf(verb, random)
    const end =
      event.verb === 'migrate'
        ? event.at + event.downtime
        : event.verb === 'revert'
          ? event.at
          : event.at + event.length
    return {
      world: {
        oscillator: GOOD,
        servers: anyServers(random),
        clock: START_OFFSET,
        hypervisor: {
          family,
          host: { offset: either(random, between(random, 1e-5, 1)) },
          events: [event],
          ...more,
        },
      },
      duration: end + HOUR,
      sources: { maxpoll: 6 },
    }
  }

const NO_DEVICES = { rtc: false, ptp: false, vmclock: false, vmgenid: false, tsc: false }
const ALL_DEVICES = { rtc: true, ptp: true, vmclock: true, vmgenid: true, tsc: true }

function* lives(): Iterable<readonly [string, Make]> {
  for (const [name, { does }] of Object.entries(FAMILIES)) {
    const family = name as FamilyName
    if (family === 'xen-pv-dependent') continue
    for (const [verb, standing] of Object.entries(does)) {
      if (standing === 'impossible') continue
      yield [`${family}: ${verb}`, life(family, verb as Verb)]
    }
  }
  for (const verb of Object.keys(FAMILIES['kvm-clock'].does) as Verb[]) {
    yield [`nothing on board: ${verb}`, life('kvm-clock', verb, { devices: NO_DEVICES })]
    yield [`everything on board: ${verb}`, life('kvm-clock', verb, { devices: ALL_DEVICES })]
    yield [`VMware Tools: ${verb}`, life('vmware', verb, { tools: TOOLS['vmware-tools-periodic'] })]
    yield [`guest agent: ${verb}`, life('kvm-clock', verb, { tools: TOOLS['qemu-guest-agent'] })]
    yield [`hv_utils: ${verb}`, life('hyper-v', verb, { tools: TOOLS['hv-utils'] })]
  }
}

const weekly: Make = random => ({
  world: {
    oscillator: GOOD,
    servers: anyServers(random),
    clock: START_OFFSET,
    hypervisor: {
      family: 'kvm-clock',
      events: Array.from({ length: 8 }, (_, i) => ({
        verb: 'pause' as const,
        at: HOUR + 900 * i + random.uniform() * 300,
        length: between(random, 0.03, 300),
      })),
    },
  },
  duration: 4 * HOUR,
  sources: { maxpoll: 6 },
})

const busy: Make = random => ({
  world: {
    oscillator: GOOD,
    servers: anyServers(random),
    clock: START_OFFSET,
    load: [{ at: HOUR, part: random.uniform() * 0.8, slice: between(random, 1e-3, 2) }],
  },
  duration: 4 * HOUR,
  sources: { maxpoll: 6 },
})

const changedRoute: Make = random => {
  const link: LinkConfig = {
    ...symmetricLink(1e-3, 50e-6),
    changes: [
      {
        at: HOUR,
        up: way(between(random, 1e-4, 0.1), 50e-6),
        down: way(between(random, 1e-4, 0.1), 50e-6),
      },
    ],
  }
  return { world: { oscillator: GOOD, servers: serversOver(() => link, 3) }, duration: 4 * HOUR }
}

const congestion: Make = random => {
  const full = way(100e-6 + between(random, 1e-4, 0.05), between(random, 1e-3, 0.1))
  const link: LinkConfig = {
    ...LAN(),
    changes: [
      { at: HOUR, up: full, down: way(100e-6, 20e-6) },
      { at: 3 * HOUR, ...LAN() },
    ],
  }
  return { world: { oscillator: GOOD, servers: serversOver(() => link, 2) }, duration: 4 * HOUR }
}

const outage: Make = random => {
  const cut: Direction = { base: 1, loss: 1 }
  const link: LinkConfig = {
    ...LAN(),
    changes: [
      { at: HOUR, up: cut, down: cut },
      { at: 7 * HOUR, ...LAN() },
    ],
  }
  const oscillator = random.uniform() < 0.5 ? OSCILLATORS['an hourly cycle']! : OSCILLATORS['a lively one']!
  return { world: { oscillator, servers: serversOver(() => link, 3) }, duration: 8 * HOUR }
}

const liar =
  (lie: (random: Random) => Partial<ServerConfig>): Make =>
  random => {
    const [first, ...others] = serversOver(LAN, 4)
    return {
      world: { oscillator: GOOD, servers: [{ ...first!, ...lie(random) }, ...others] },
      duration: 3 * HOUR,
      sources: { maxpoll: 6 },
    }
  }

const rateLimited: Make = random => ({
  world: {
    oscillator: GOOD,
    servers: serversOver(LAN, 2).map(server => ({
      ...server,
      rateLimit: {
        interval: between(random, 8, 300),
        burst: 4,
        beyond: random.uniform() < 0.5 ? ('kiss' as const) : ('silence' as const),
      },
    })),
  },
  duration: 4 * HOUR,
})

const badClock: Make = random => {
  const every = 180
  const size = between(random, 0.05, 60)
  const unseen = Array.from({ length: (2 * HOUR) / every }, (_, k) => every * (k + 1))
  return {
    world: { oscillator: { ...GOOD, jumps: { every, size } }, servers: serversOver(LAN, 3) },
    duration: 2 * HOUR,
    sources: { maxpoll: 4 },
    unseen,
  }
}

const quietOnes = (oscillators: Record<string, OscillatorConfig>) =>
  Object.entries(oscillators).flatMap(([oscillator, config]) =>
    Object.entries(NETWORKS).map(
      ([network, link]) => [`${oscillator}, ${network}`, quiet(config, link)] as const,
    ),
  )

/** What nothing is promised for: clocks that are worse than is allowed for before anything is known of them. */
export const BEYOND: ReadonlyMap<string, Make> = new Map(quietOnes(COUNTING_TICKS))

export const STORIES: ReadonlyMap<string, Make> = new Map<string, Make>([
  ...quietOnes(OSCILLATORS),
  ...lives(),
  ['a pause each quarter of an hour', weekly],
  ['an overcommitted host', busy],
  ['another route', changedRoute],
  ['two hours of congestion', congestion],
  ['six hours without network', outage],
  ['one of four lies', liar(random => ({ offset: either(random, between(random, 1e-3, 100)) }))],
  [
    'one of four begins to lie',
    liar(random => ({ lies: [{ at: HOUR, offset: between(random, 1e-3, 100) }] })),
  ],
  [
    'one of four drifts away',
    liar(random => ({ changes: [{ at: HOUR, drift: between(random, 1e-7, 1e-3) }] })),
  ],
  [
    'one of four loses its sources',
    liar(() => ({ changes: [{ at: HOUR, leap: 'unknown' as const, stratum: 16 }] })),
  ],
  ['servers that are asked too often', rateLimited],
  ['a counter that jumps every three minutes', badClock],
])

/** The same story for the same seed. */
export const makeStory = (make: Make, seed: number): HonestStory => make(new Random(seed, 20))
