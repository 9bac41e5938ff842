/** What of a story can be turned: each knob has a name, takes a number, and gives another story. Sweeps and sliders use the same. */
import type { Seconds } from '#core/time/units.ts'
import { CLOCK_RATE, MOST_SECONDS, type Scenario } from '../scenario/schema.ts'
import { MOST_SERVERS, withSoManyServers } from './alike.ts'

export interface Knob {
  readonly about: string
  /** `duration`: written with a unit. `signed`: also with a sign. `count`: whole. */
  readonly unit: 'duration' | 'signed' | 'ppm' | 'part' | 'count'
  /** What a story may say there. */
  readonly least: number
  readonly most: number
  /** Nothing of it would be another story. */
  readonly aboveZero?: true
  turn(scenario: Scenario, value: number): Scenario
}

const withGuest = (scenario: Scenario, guest: Partial<Scenario['guest']>): Scenario => ({
  ...scenario,
  guest: { ...scenario.guest, ...guest },
})

const withServers = (scenario: Scenario, change: Partial<Scenario['server'][number]>): Scenario => ({
  ...scenario,
  server: scenario.server.map(server => ({ ...server, ...change })),
})

type Length = Extract<Event, { length: Seconds }>
type Event = Scenario['event'][number]

/** A longer stop must not eat the time in which recovery is watched. */
function withStops<E extends Event>(
  scenario: Scenario,
  isMeant: (event: Event) => event is E,
  lengthOf: (event: E) => Seconds,
  turn: (event: E) => E,
): Scenario {
  let longer = 0
  const event = scenario.event.map(each => {
    if (!isMeant(each)) return each
    const turned = turn(each)
    longer = Math.max(longer, lengthOf(turned) - lengthOf(each))
    return turned
  })
  return { ...scenario, event, duration: scenario.duration + longer }
}

const MOST_OFFSET = 20 * MOST_SECONDS

const isPause = (event: Event): event is Length => 'length' in event
const isMigration = (event: Event): event is Extract<Event, { kind: 'migrate' }> => event.kind === 'migrate'

export const KNOBS: Readonly<Record<string, Knob>> = {
  pause: {
    about: 'the length of each pause, suspend or sleep',
    unit: 'duration',
    least: 0,
    most: MOST_SECONDS,
    aboveZero: true,
    turn: (scenario, length) =>
      withStops(
        scenario,
        isPause,
        event => event.length,
        event => ({ ...event, length }),
      ),
  },
  downtime: {
    about: 'how long the guest stands still in each migration',
    unit: 'duration',
    least: 0,
    most: MOST_SECONDS,
    aboveZero: true,
    turn: (scenario, downtime) =>
      withStops(
        scenario,
        isMigration,
        event => event.downtime,
        event => ({ ...event, downtime }),
      ),
  },
  steal: {
    about: 'the part of the time that a loaded host takes away',
    unit: 'part',
    least: 0,
    most: 1,
    turn: (scenario, steal) => ({
      ...scenario,
      event: scenario.event.map(event => (event.kind === 'load' ? { ...event, steal } : event)),
    }),
  },
  step: {
    about: 'by how much somebody steps the clock',
    unit: 'signed',
    least: -MOST_OFFSET,
    most: MOST_OFFSET,
    turn: (scenario, by) => ({
      ...scenario,
      event: scenario.event.map(event => (event.kind === 'step' ? { ...event, by } : event)),
    }),
  },
  offset: {
    about: 'by how much the clock is ahead at the start',
    unit: 'signed',
    least: -MOST_OFFSET,
    most: MOST_OFFSET,
    turn: (scenario, offset) => withGuest(scenario, { offset }),
  },
  frequencyerror: {
    about: 'what the oscillator gains by itself, in ppm',
    unit: 'ppm',
    ...CLOCK_RATE,
    turn: (scenario, frequencyerror) => withGuest(scenario, { frequencyerror }),
  },
  wander: {
    about: 'how much its frequency changes within a second, in ppm',
    unit: 'ppm',
    least: 0,
    most: 1000,
    turn: (scenario, wander) => withGuest(scenario, { wander }),
  },
  delay: {
    about: 'how long packets take, one way, to and from every server',
    unit: 'duration',
    least: 0,
    most: MOST_SECONDS,
    turn: (scenario, delay) => withServers(scenario, { delay, up: undefined, down: undefined }),
  },
  jitter: {
    about: 'what queues add to it on average',
    unit: 'duration',
    least: 0,
    most: MOST_SECONDS,
    turn: (scenario, jitter) => withServers(scenario, { jitter, jitterup: undefined, jitterdown: undefined }),
  },
  loss: {
    about: 'the part of packets that get lost, each way',
    unit: 'part',
    least: 0,
    most: 1,
    turn: (scenario, loss) => withServers(scenario, { loss }),
  },
  servers: {
    about: 'how many servers there are, all alike',
    unit: 'count',
    least: 1,
    most: MOST_SERVERS,
    turn: withSoManyServers,
  },
}

export const canBe = ({ unit, least, most, aboveZero }: Knob, value: number): boolean =>
  value >= least &&
  value <= most &&
  !(aboveZero && value === 0) &&
  (unit !== 'count' || Number.isInteger(value))

/** Whether a story has what this knob turns: two values then give two stories. */
export function turnsIn({ turn, unit }: Knob, scenario: Scenario): boolean {
  const [one, other] = unit === 'count' ? [1, 2] : [0.25, 0.5]
  return JSON.stringify(turn(scenario, one)) !== JSON.stringify(turn(scenario, other))
}
