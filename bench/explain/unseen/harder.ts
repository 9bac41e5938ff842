/**
 * More stories for the bench of unseen logs, where what is to be found lies close together, or hides in noise: other numbers of
 * servers, polls up to 1024 s, wide networks. Drawn from seeds of their own.
 */
import {
  add,
  during,
  exponential,
  freeze,
  heavy,
  INTERNET,
  lan,
  lost,
  MS,
  path,
  type Server,
  seconds,
  times,
  US,
} from '../../clknetsim/language.ts'
import { common, DAY, Draw, HOUR, type Jump, type Story, shuffled, type Told } from './stories.ts'

export const HARDER_KINDS = {
  'quiet far': 'nothing, over wide and noisy networks, with one to seven servers and polls of 16 s to 1024 s',
  'pauses far': 'two pauses of 0.3 s to 600 s over the same networks',
  'pauses near': 'two pauses, 10 min to 40 min apart',
  'pause in outage': 'the machine stands still while no packet passes',
  'rate step': 'the oscillator changes its rate at once, by 20 ppm to 500 ppm',
  'late liar': 'one server of four or seven is wrong by 20 ms to 0.5 s since some hour',
  'two lie': 'two servers of four go wrong by 0.5 s to 20 s, at once or since the start',
  leap: 'half of the servers, or one of three, are a second off since some hour',
  'long way': 'the way to one server becomes 20 ms to 80 ms longer in one direction, for some hours',
  congestion: 'for two to five hours packets wait up to 50 ms, in one direction or both',
  fight: 'something sets the clock forward by 50 ms to 1 s, every 10 min to 60 min',
  migrations: 'eight pauses of 0.2 s to 2 s',
} as const
export type HarderKind = keyof typeof HARDER_KINDS

const POLLS = [
  [4, 4],
  [4, 10],
  [5, 7],
  [6, 6],
  [6, 10],
  [7, 7],
  [8, 8],
  [10, 10],
] as const

export function harderStoriesOf(seed: number): Story[] {
  const draw = new Draw(7919 * seed)
  return [
    quietFar(draw),
    quietFar(draw),
    pausesFar(draw),
    pausesNear(draw),
    pauseInOutage(draw),
    rateStep(draw),
    lateLiar(draw),
    twoLie(draw),
    leap(draw),
    longWay(draw),
    congestion(draw),
    fight(draw),
    migrations(draw),
  ].map((story, i) => ({ ...story, name: `${story.kind.replaceAll(' ', '-')}-${seed}-${i}` }))
}

const lossOf = ({ at, size }: Jump): Jump => ({ at, size: 0.9999 * Math.floor(size) + (size % 1) })
const frozenBy = (jumps: readonly Jump[]): string[] => jumps.flatMap(({ at, size }) => freeze(at, size))

const far = (draw: Draw) => ({ ...common(draw), servers: network(draw), polls: draw.of(POLLS) })

function network(draw: Draw): Server[] {
  const count = draw.of([1, 2, 3, 4, 7])
  const noise = draw.of([
    (mean: number) => exponential(mean),
    (mean: number) => exponential(5 * mean),
    (mean: number) => exponential(20 * mean),
    (mean: number) => heavy(2 * mean),
  ])
  const jitter = draw.of([20 * US, 0.2 * MS, MS])
  return Array.from({ length: count }, () => {
    const least = draw.size(0.1, 60)
    const up = least + draw.between(0, 0.1 * least)
    return path(up, least, () => noise(jitter))
  })
}

function quietFar(draw: Draw): Told {
  const temperature = draw.of([
    [],
    [],
    [times(draw.between(1e-7, 2e-6), `(sine ${draw.between(3600, 86_400).toFixed(0)})`)],
  ])
  return {
    ...far(draw),
    kind: 'quiet far',
    length: draw.of([6 * HOUR, DAY]),
    client: { offset: draw.between(-0.5, 0.5), frequency: draw.clock(...temperature) },
    jumps: [],
    finding: { names: ['good'] },
  }
}

function pausesFar(draw: Draw): Told {
  const jumps = draw.moments(2).map(at => ({ at, size: draw.size(0.3, 600) }))
  return {
    ...far(draw),
    kind: 'pauses far',
    client: { offset: draw.between(-0.3, 0.3), frequency: draw.clock(...frozenBy(jumps)) },
    wide: true,
    jumps: jumps.map(lossOf),
    finding: { names: ['vm-paused', 'stepped-by-its-daemon'] },
  }
}

function pausesNear(draw: Draw): Told {
  const at = Math.round(draw.between(4 * HOUR, 18 * HOUR))
  const jumps = [
    { at, size: draw.size(0.5, 120) },
    { at: Math.round(at + draw.between(600, 2400) + 120), size: draw.size(0.5, 120) },
  ]
  return {
    ...common(draw),
    polls: draw.of([
      [4, 4],
      [4, 6],
      [5, 5],
    ]),
    kind: 'pauses near',
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock(...frozenBy(jumps)) },
    wide: true,
    jumps: jumps.map(lossOf),
    finding: { names: ['vm-paused', 'stepped-by-its-daemon'] },
  }
}

function pauseInOutage(draw: Draw): Told {
  const from = draw.between(4 * HOUR, 8 * HOUR)
  const to = from + draw.between(HOUR, 6 * HOUR)
  const cut = lost(during(from, to))
  const jumps = [{ at: Math.round(draw.between(from + 600, to - 1200)), size: draw.size(1, 600) }]
  const { servers, ...rest } = common(draw)
  return {
    ...rest,
    kind: 'pause in outage',
    servers: servers.map(({ up, down }) => ({ up: add(up, cut), down: add(down, cut) })),
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock(...frozenBy(jumps)) },
    wide: true,
    jumps: jumps.map(lossOf),
    finding: { names: ['sources-lost'] },
  }
}

function rateStep(draw: Draw): Told {
  const at = Math.round(draw.between(4 * HOUR, 14 * HOUR))
  const by = draw.sign() * draw.size(20, 500) * 1e-6
  return {
    ...common(draw),
    polls: draw.of(POLLS),
    kind: 'rate step',
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock(times(by, seconds(at, DAY - at))) },
    jumps: [],
    never: ['source-jumped', 'falseticker', 'route-changed', 'vm-paused', 'stepped-by-someone-else'],
  }
}

function lateLiar(draw: Draw): Told {
  const which = draw.below(4)
  const [at] = draw.moments(1) as [number]
  const by = draw.sign() * draw.size(0.02, 0.5)
  const servers = [...shuffled(draw), ...draw.of([[], [lan(20 * US), lan(50 * US), path(3, 3)]])].map(
    (server, i) =>
      i === which ? { ...server, step: times(Math.sign(by) * 0.06 + by, seconds(at, 1)) } : server,
  )
  return {
    ...common(draw),
    kind: 'late liar',
    servers,
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock() },
    jumps: [],
    finding: {
      names: ['falseticker', 'source-jumped', 'leap-or-smear-mix'],
      says: `192.168.123.${which + 1}`,
    },
  }
}

function twoLie(draw: Draw): Told {
  const [at] = draw.moments(1) as [number]
  const by = draw.sign() * draw.size(0.5, 20)
  const late = draw.below(2) === 1
  const servers = shuffled(draw).map((server, i) =>
    i % 2 === 0 ? server : late ? { ...server, step: times(by, seconds(at, 1)) } : { ...server, offset: by },
  )
  return {
    ...common(draw),
    kind: 'two lie',
    servers,
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock() },
    jumps: [],
    finding: { names: ['falseticker', 'source-jumped', 'no-majority'] },
  }
}

function leap(draw: Draw): Told {
  const [at] = draw.moments(1) as [number]
  const count = draw.of([2, 3, 4])
  const servers = Array.from({ length: count }, (_, i) => ({
    ...(INTERNET[i] as Server),
    ...(i === 1 || i === 3 ? { step: times(draw.sign(), seconds(at, 1)) } : {}),
  }))
  return {
    ...common(draw),
    kind: 'leap',
    servers: servers.map(each => (each.step ? { ...each, step: servers[1]!.step! } : each)),
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock() },
    jumps: [],
    finding: { names: ['leap-or-smear-mix', 'no-majority', 'falseticker', 'source-jumped'] },
  }
}

function longWay(draw: Draw): Told {
  const which = draw.below(4)
  const from = draw.between(3 * HOUR, 8 * HOUR)
  const longer = times(draw.size(20, 80) * MS, during(from, from + draw.between(3 * HOUR, 9 * HOUR)))
  const up = draw.below(2) === 0
  const servers = shuffled(draw).map((server, i) =>
    i !== which
      ? server
      : up
        ? { ...server, up: add(server.up, longer) }
        : { ...server, down: add(server.down, longer) },
  )
  const alone = draw.below(2) === 0
  return {
    ...common(draw),
    kind: 'long way',
    servers: alone ? [servers[which] as Server] : servers,
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock() },
    jumps: [],
    finding: { names: ['route-changed', 'asymmetric-path'] },
  }
}

function congestion(draw: Draw): Told {
  const from = draw.between(3 * HOUR, 12 * HOUR)
  const queue = times(
    add(draw.between(2, 10) * MS, exponential(draw.between(5, 50) * MS)),
    during(from, from + draw.between(2 * HOUR, 5 * HOUR)),
  )
  const both = draw.below(2) === 0
  const { servers, ...rest } = common(draw)
  return {
    ...rest,
    kind: 'congestion',
    servers: servers.map(({ up, down }) => ({ up: add(up, queue), down: both ? add(down, queue) : down })),
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock() },
    jumps: [],
    never: [
      'source-jumped',
      'falseticker',
      'route-changed',
      'vm-paused',
      'stepped-by-someone-else',
      'clocks-fight',
    ],
  }
}

function fight(draw: Draw): Told {
  const every = Math.round(draw.between(600, 3600))
  const by = draw.size(0.05, 1)
  return {
    ...common(draw),
    polls: draw.of([
      [4, 4],
      [4, 6],
      [6, 6],
    ]),
    kind: 'fight',
    client: {
      offset: draw.between(-0.1, 0.1),
      frequency: draw.clock(),
      step: times(by, `(equal 0.25 (% (sum 1.0) ${every}) 1.0)`),
    },
    jumps: [],
    untold: true,
    finding: { names: ['clocks-fight', 'lost-ticks', 'stepped-by-someone-else'] },
    never: ['source-jumped', 'falseticker', 'route-changed'],
  }
}

function migrations(draw: Draw): Told {
  const jumps = Array.from({ length: 8 }, (_, i) => ({
    at: 3 * HOUR + Math.round(2.5 * i * HOUR + draw.between(0, 1200)),
    size: draw.size(0.2, 2),
  }))
  return {
    ...common(draw),
    polls: draw.of([
      [4, 4],
      [4, 6],
    ]),
    kind: 'migrations',
    client: { offset: draw.between(-0.1, 0.1), frequency: draw.clock(...frozenBy(jumps)) },
    wide: true,
    jumps: jumps.map(lossOf),
    finding: { names: ['vm-paused'] },
    never: ['source-jumped', 'falseticker', 'route-changed'],
  }
}
