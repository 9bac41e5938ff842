/**
 * The sliders: which knobs of a story there are to turn, from where to where, and how far along the slider a value stands. What
 * spans powers of ten is divided by factors; what has two signs has zero in its middle; what is counted has a position for each number.
 */
import { duration, signed } from '#core/time/format.ts'
import { parseDuration, parseSigned } from '#core/time/parse-duration.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import { areAlike } from '#lab/sweep/alike.ts'
import { canBe, KNOBS } from '#lab/sweep/knobs.ts'

export interface Dial {
  readonly knob: string
  readonly title: string
  readonly group: 'What happens' | 'The clock' | 'The network'
  readonly least: number
  readonly most: number
  readonly scale: 'factors' | 'factors from zero' | 'both signs' | 'squares' | 'each'
  /** What the story says by itself; undefined when it has nothing of the kind. */
  own(scenario: Scenario): number | undefined
}

const first = (scenario: Scenario) => scenario.server[0]
/** The usual delay of a path where a story says nothing (#lab/scenario/world.ts). */
const LAN = 100e-6

export const DIALS: readonly Dial[] = [
  {
    knob: 'pause',
    title: 'Length of the pause',
    group: 'What happens',
    least: 1e-3,
    most: 86_400,
    scale: 'factors',
    own: ({ event }) => event.find(each => 'length' in each)?.length,
  },
  {
    knob: 'downtime',
    title: 'Downtime of a migration',
    group: 'What happens',
    least: 1e-3,
    most: 120,
    scale: 'factors',
    own: ({ event }) => event.find(each => each.kind === 'migrate')?.downtime,
  },
  {
    knob: 'steal',
    title: 'Time that the host takes away',
    group: 'What happens',
    least: 0,
    most: 0.95,
    scale: 'squares',
    own: ({ event }) => event.find(each => each.kind === 'load')?.steal,
  },
  {
    knob: 'step',
    title: 'Somebody steps the clock by',
    group: 'What happens',
    least: 1e-3,
    most: 1000,
    scale: 'both signs',
    own: ({ event }) => event.find(each => each.kind === 'step')?.by,
  },
  {
    knob: 'offset',
    title: 'Ahead at the start',
    group: 'The clock',
    least: 1e-4,
    most: 1000,
    scale: 'both signs',
    own: ({ guest }) => guest.offset,
  },
  {
    knob: 'frequencyerror',
    title: 'Gains by itself',
    group: 'The clock',
    least: 0.1,
    most: 5000,
    scale: 'both signs',
    own: ({ guest }) => guest.frequencyerror,
  },
  {
    knob: 'wander',
    title: 'Changes its rate, in a second',
    group: 'The clock',
    least: 1e-5,
    most: 1,
    scale: 'factors from zero',
    own: ({ guest }) => guest.wander,
  },
  {
    knob: 'delay',
    title: 'Delay, one way',
    group: 'The network',
    least: 1e-5,
    most: 1,
    scale: 'factors',
    own: scenario => first(scenario)?.delay ?? first(scenario)?.up ?? LAN,
  },
  {
    knob: 'jitter',
    title: 'Jitter, on average',
    group: 'The network',
    least: 1e-6,
    most: 0.5,
    scale: 'factors from zero',
    own: scenario => first(scenario)?.jitter ?? first(scenario)?.jitterup ?? 0,
  },
  {
    knob: 'loss',
    title: 'Packets lost, each way',
    group: 'The network',
    least: 0,
    most: 1,
    scale: 'squares',
    own: scenario => first(scenario)?.loss ?? 0,
  },
  {
    knob: 'servers',
    title: 'Servers',
    group: 'The network',
    least: KNOBS.servers!.least,
    most: KNOBS.servers!.most,
    scale: 'each',
    own: scenario => (areAlike(scenario) ? scenario.server.length : undefined),
  },
]

/** Positions of most sliders, from 0. */
export const POSITIONS = 600
const HALF = POSITIONS / 2

export const positionsOf = ({ least, most, scale }: Dial): readonly [least: number, most: number] =>
  scale === 'each' ? [least, most] : [0, POSITIONS]

export function valueAt({ least, most, scale }: Dial, position: number): number {
  const factors = (part: number) => least * (most / least) ** part
  const part = position / POSITIONS
  switch (scale) {
    case 'factors':
      return rounded(factors(part))
    case 'factors from zero':
      return position === 0 ? 0 : rounded(factors(part))
    case 'squares':
      return rounded(most * part ** 2)
    case 'each':
      return position
    case 'both signs': {
      const away = Math.abs(position - HALF) / HALF
      return away === 0 ? 0 : Math.sign(position - HALF) * rounded(factors(away))
    }
  }
}

export function positionOf({ least, most, scale }: Dial, value: number): number {
  const size = Math.min(most, Math.max(least, Math.abs(value)))
  const part = least > 0 ? Math.log(size / least) / Math.log(most / least) : 0
  switch (scale) {
    case 'factors':
      return Math.round(part * POSITIONS)
    case 'factors from zero':
      return value === 0 ? 0 : Math.max(1, Math.round(part * POSITIONS))
    case 'squares':
      return Math.round(Math.sqrt(size / most) * POSITIONS)
    case 'each':
      return size
    case 'both signs':
      return value === 0 ? HALF : Math.round(HALF + Math.sign(value) * Math.max(1, part * HALF))
  }
}

/** Three digits: what a slider can mean. */
const rounded = (value: number): number => Number(value.toPrecision(3))

export function dialText({ knob, scale }: Dial, value: number): string {
  switch (KNOBS[knob]!.unit) {
    case 'duration':
      return duration(value)
    case 'signed':
      return value === 0 ? '0 s' : signed(value)
    case 'ppm':
      return `${value > 0 && scale === 'both signs' ? '+' : ''}${Number(value.toPrecision(3))} ppm`
    case 'part':
      return `${Number((value * 100).toPrecision(3))} %`
    case 'count':
      return String(value)
  }
}

/** Between which values it can be turned, as words. */
export const limitsText = (dial: Dial): string =>
  `from ${dialText(dial, dial.scale === 'both signs' ? -dial.most : dial.scale === 'factors from zero' ? 0 : dial.least)} to ${dialText(dial, dial.most)}`

/** What somebody has written instead of dragging; undefined when it is no such value. */
export function readDial({ knob, least, most, scale }: Dial, written: string): number | undefined {
  const text = written.trim().replace(',', '.').replace('µ', 'u')
  const plain = Number(text.replace(/\s*(ppm|%)$/, ''))
  const value = {
    duration: parseDuration(text),
    signed: parseSigned(text),
    ppm: plain,
    part: plain / 100,
    count: plain,
  }[KNOBS[knob]!.unit]
  if (text === '' || value === undefined || !Number.isFinite(value) || Math.abs(value) > most)
    return undefined
  if (scale === 'both signs') return value
  if (scale === 'each') return canBe(KNOBS[knob]!, value) ? value : undefined
  return value >= (scale === 'factors' ? least : 0) ? value : undefined
}
