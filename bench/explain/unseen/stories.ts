/**
 * Stories for the bench of unseen logs, drawn by chance from a seed: what happens, when, how much, over which network,
 * with which polls. None of them is in test/vectors/logs, and a new seed gives new ones. What was drawn is the truth.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import {
  add,
  clock,
  during,
  exponential,
  freeze,
  gamma3,
  heavy,
  INTERNET,
  lan,
  lost,
  MS,
  nowAndThen,
  type Server,
  seconds,
  times,
  US,
} from '../../clknetsim/language.ts'
import type { Stage } from '../../clknetsim/simulate.ts'
import type { HarderKind } from './harder.ts'

export const HOUR = 3600
export const DAY = 24 * HOUR

export interface Jump {
  /** Seconds of true time since the start. */
  readonly at: number
  /** Positive: the clock lost so much. */
  readonly size: number
}

export interface Story extends Stage {
  readonly kind: Kind | HarderKind
  /** minpoll and maxpoll. */
  readonly polls: readonly [number, number]
  /** chronyd's makestep; ntpd steps by itself. */
  readonly makestep: string
  readonly jumps: readonly Jump[]
  /** One of these findings must be there, with these words. */
  readonly finding?: { readonly names: readonly string[]; readonly says?: string }
  /** None of these may be there. */
  readonly never?: readonly string[]
  /** Too many to be told one by one: no jump is missed or invented. */
  readonly untold?: boolean
}

const KINDS = {
  pauses: 'the machine stands still three times, for 0.3 s to 600 s',
  steps: 'somebody sets the clock twice, by 0.3 s to 600 s, forward or back',
  quiet: 'nothing; networks, temperatures and starts of all kinds',
  liar: 'one server of four is wrong by 20 ms to 10 s',
  'server steps': 'one server of four jumps by 0.5 s to 20 s on the way',
  outage: 'no packet passes for 2 to 6 h',
} as const
export type Kind = keyof typeof KINDS
export const KIND_TITLES: Readonly<Record<Kind, string>> = KINDS

const POLLS = [
  [4, 4],
  [4, 6],
  [6, 6],
  [5, 8],
  [6, 10],
] as const

/** One of each kind for a seed; `pauses` and `quiet`, which matter most, twice. */
export function storiesOf(seed: number): Story[] {
  const draw = new Draw(seed)
  return [
    pauses(draw),
    pauses(draw),
    steps(draw),
    quiet(draw),
    quiet(draw),
    liar(draw),
    serverSteps(draw),
    outage(draw),
  ].map((story, i) => ({ ...story, name: `${story.kind.replaceAll(' ', '-')}-${seed}-${i}` }))
}

export type Told = Omit<Story, 'name'>

function pauses(draw: Draw): Told {
  const jumps = draw.moments(3).map(at => ({ at, size: draw.size(0.3, 600) }))
  const frozen = jumps.flatMap(({ at, size }) => freeze(at, size))
  return {
    ...common(draw),
    kind: 'pauses',
    client: { offset: draw.between(-0.3, 0.3), frequency: draw.clock(...frozen) },
    wide: true,
    jumps: jumps.map(({ at, size }) => ({ at, size: 0.9999 * Math.floor(size) + (size % 1) })),
    finding: { names: ['vm-paused', 'stepped-by-its-daemon'] },
  }
}

function steps(draw: Draw): Told {
  const jumps = draw.moments(2).map(at => ({ at, size: draw.sign() * draw.size(0.3, 600) }))
  return {
    ...common(draw),
    kind: 'steps',
    client: {
      offset: draw.between(-0.3, 0.3),
      frequency: draw.clock(),
      step: add(...jumps.map(({ at, size }) => times(-size, seconds(at, 1)))),
    },
    jumps,
    finding: { names: ['stepped-by-someone-else', 'stepped-by-its-daemon'] },
  }
}

function quiet(draw: Draw): Told {
  const temperature = draw.of([
    [],
    [times(draw.between(1e-7, 1e-6), `(sine ${draw.between(1200, 40_000).toFixed(0)})`)],
    [times(draw.between(1e-7, 5e-7), `(triangle ${draw.between(900, 8000).toFixed(0)})`)],
  ])
  return {
    ...common(draw),
    kind: 'quiet',
    length: draw.of([8 * HOUR, DAY]),
    client: { offset: draw.between(-2, 2), frequency: draw.clock(...temperature) },
    jumps: [],
    finding: { names: ['good'] },
  }
}

function liar(draw: Draw): Told {
  const which = draw.below(4)
  const offset = draw.sign() * draw.size(0.02, 10)
  // A lie that the way to the liar hides is none that can be seen.
  const servers = shuffled(draw).map((server, i) =>
    i === which ? { ...server, offset: Math.sign(offset) * 0.06 + offset } : server,
  )
  return {
    ...common(draw),
    kind: 'liar',
    servers,
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock() },
    jumps: [],
    finding: { names: ['falseticker'], says: `192.168.123.${which + 1}` },
  }
}

function serverSteps(draw: Draw): Told {
  const which = draw.below(4)
  const [at] = draw.moments(1) as [number]
  const by = draw.sign() * draw.size(0.5, 20)
  const servers = shuffled(draw).map((server, i) =>
    i === which ? { ...server, step: times(by, seconds(at, 1)) } : server,
  )
  return {
    ...common(draw),
    kind: 'server steps',
    servers,
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock() },
    jumps: [],
    finding: { names: ['falseticker', 'source-jumped'], says: `192.168.123.${which + 1}` },
  }
}

function outage(draw: Draw): Told {
  const from = draw.between(4 * HOUR, 8 * HOUR)
  const cut = lost(during(from, from + draw.between(2 * HOUR, 6 * HOUR)))
  const { servers, ...rest } = common(draw)
  return {
    ...rest,
    kind: 'outage',
    servers: servers.map(({ up, down }) => ({ up: add(up, cut), down: add(down, cut) })),
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock() },
    jumps: [],
    finding: { names: ['sources-lost'] },
  }
}

export const common = (draw: Draw) => ({
  servers: draw.network(),
  polls: draw.of(POLLS),
  makestep: draw.of(['makestep 1 3', 'makestep 1 -1', 'makestep 0.1 3']),
  length: DAY,
})

export const shuffled = (draw: Draw): Server[] => {
  const turn = draw.below(INTERNET.length)
  return INTERNET.map((_, i) => INTERNET[(i + turn) % INTERNET.length]!)
}

export class Draw {
  readonly #random: ReturnType<typeof xoroshiro128plus>

  constructor(seed: number) {
    this.#random = xoroshiro128plus(seed)
  }

  #uniform(): number {
    return (this.#random.next() >>> 0) / 2 ** 32
  }

  below(n: number): number {
    return Math.floor(n * this.#uniform())
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.#uniform()
  }

  sign(): number {
    return this.#uniform() < 0.5 ? -1 : 1
  }

  /** As many small ones as large ones; to a tenth of a second. */
  size(low: number, high: number): number {
    const size = Math.exp(this.between(Math.log(low), Math.log(high)))
    return size < 1 ? Number(size.toFixed(2)) : Number(size.toFixed(1))
  }

  /** Moments of a day, after its first three hours, three hours and more apart. */
  moments(count: number): number[] {
    const share = (20 * HOUR) / count
    return Array.from({ length: count }, (_, i) =>
      Math.round(3 * HOUR + i * share + this.between(0, share - 3 * HOUR)),
    )
  }

  clock(...more: string[]): string {
    const wander = this.of([1e-10, 1e-9, 1e-9, 5e-9, 1e-8])
    return clock(this.between(-90e-6, 90e-6), wander, ...more)
  }

  network(): Server[] {
    const jitter = this.size(10, 200) * US
    const late = times(nowAndThen(0.05), exponential(5 * MS))
    const gamma = add(2e-4, gamma3(50 * US))
    const tailed = add(3e-4, heavy(60 * US))
    const far = add(15 * MS, exponential(3 * MS))
    return this.of([
      [lan(jitter)],
      [lan(jitter)],
      [lan(jitter), lan(2 * jitter), lan(jitter)],
      [lan(20 * US, late)],
      [lan(30 * US, lost(nowAndThen(0.1)))],
      [{ up: gamma, down: gamma }],
      [{ up: tailed, down: tailed }],
      [{ up: far, down: far }],
      INTERNET,
      INTERNET,
    ])
  }
}
