/**
 * Scales: where on a line a value stands, and which values are worth a label. A clock that was 4 s wrong and is then right to
 * 10 µs needs a scale that is linear about zero and logarithmic beyond (symlog); most else is linear.
 */
import { upperMedian } from '#core/number/quantile.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'

export interface Scale {
  /** Where a value stands: 0 at the least of the domain, 1 at the largest; clipped to them. */
  at(value: number): number
  readonly ticks: readonly Tick[]
}

export interface Tick {
  readonly value: number
  readonly text: string
}

export type Domain = readonly [least: number, most: number]

const between = ([least, most]: Domain, transform: (value: number) => number) => {
  const from = transform(least)
  const width = transform(most) - from
  return (value: number) => Math.min(1, Math.max(0, (transform(value) - from) / width))
}

export function linear(domain: Domain, text: (value: number) => string, count = 6): Scale {
  const [least, most] = domain
  const step = niceStep((most - least) / count)
  const ticks: Tick[] = []
  for (let i = Math.ceil(least / step - 1e-9); i * step <= most + 1e-9 * step; i++)
    ticks.push({ value: i * step, text: i === 0 ? '0' : text(i * step) })
  return { at: between(domain, value => value), ticks }
}

/** Linear within ± `knee`, logarithmic beyond. */
export function symlog(domain: Domain, knee: number, text: (value: number) => string, count = 5): Scale {
  const transform = (value: number) => Math.sign(value) * Math.log10(1 + Math.abs(value) / knee)
  const decades = (most: number): number[] => {
    const all: number[] = []
    for (let power = Math.round(Math.log10(knee)) + 1; 10 ** power <= most * 1.001; power++) all.push(power)
    const every = Math.ceil(all.length / count)
    // Counted from the largest, which is the one that people look for.
    return all.filter((_, i) => (all.length - 1 - i) % every === 0).map(power => 10 ** power)
  }
  const [least, most] = domain
  const values = [
    ...decades(-least)
      .map(value => -value)
      .reverse(),
    0,
    ...decades(most),
  ]
  return {
    at: between(domain, transform),
    ticks: values.map(value => ({ value, text: value === 0 ? '0' : text(value) })),
  }
}

export function logarithmic(domain: Domain, text: (value: number) => string): Scale {
  const [least, most] = domain
  const ticks: Tick[] = []
  for (let power = Math.ceil(Math.log10(least) - 1e-9); 10 ** power <= most * 1.001; power++)
    ticks.push({ value: 10 ** power, text: text(10 ** power) })
  return { at: between(domain, value => Math.log10(Math.max(value, least))), ticks }
}

/** The same for lengths of time, which people count in seconds, minutes, hours and days. */
export function lengths(domain: Domain): Scale {
  const [least, most] = domain
  const ticks = LENGTHS.filter(({ value }) => value >= least * 0.999 && value <= most * 1.001)
  return { ...logarithmic(domain, duration), ticks }
}

const LENGTHS: readonly Tick[] = [
  ...[1, 3, 10, 30].map(value => ({ value, text: `${value} s` })),
  ...[1, 3, 10, 30].map(value => ({ value: value * 60, text: `${value} min` })),
  ...[1, 3, 8].map(value => ({ value: value * 3600, text: `${value} h` })),
  ...[1, 3, 10, 30, 100].map(value => ({ value: value * 86_400, text: `${value} d` })),
]

/** A scale for offsets of a clock: symlog where a few are far larger than most, else linear; zero is always on it. */
/** `above`: a part of the height that is kept free for what is written there. */
export function offsetScale(values: Iterable<number>, above = 0): Scale {
  const known = [...values].filter(Number.isFinite)
  const most = Math.max(1e-9, ...chunks(known, Math.max))
  const least = Math.min(-1e-9, ...chunks(known, Math.min))
  const sizes = known.map(Math.abs)
  const usual = sizes.length > 0 ? upperMedian(sizes) : 0
  const reach = Math.max(most, -least)
  if (reach <= 30 * usual || reach < 1e-6) {
    const margin = 0.05 * (most - least)
    return linear([least - margin, most + margin + above * (most - least)], signed)
  }
  const knee = 10 ** Math.floor(Math.log10(Math.max(1e-7, usual, reach * 1e-7)))
  // Room on the side that has nothing to show, so that zero stands off the edge.
  const [low, high] = [Math.min(1.3 * least, -3 * knee), Math.max(1.3 * most, 3 * knee)]
  const decades = Math.log10(1 - low / knee) + Math.log10(1 + high / knee)
  return symlog([low, (high + knee) * 10 ** (above * decades) - knee], knee, signed)
}

/** Not all at once: a function takes no million of arguments. */
function chunks(values: readonly number[], pick: (...some: number[]) => number): number[] {
  const found: number[] = []
  for (let i = 0; i < values.length; i += 10_000) found.push(pick(...values.slice(i, i + 10_000)))
  return found
}

/** Time since the start, with ticks at whole minutes, hours or days. */
export function elapsed(to: Seconds, from: Seconds = 0, count = 8): Scale {
  const length = to - from
  const step = STEPS.find(each => length / each <= count) ?? Math.ceil(length / count / 604_800) * 604_800
  const ticks: Tick[] = []
  for (let value = Math.ceil(from / step) * step; value <= to; value += step)
    ticks.push({ value, text: clock(value, step) })
  return { at: between([from, to], value => value), ticks }
}

const STEPS: readonly Seconds[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
  345_600, 604_800,
]

function clock(at: Seconds, step: Seconds): string {
  if (at === 0) return '0'
  if (step >= 86_400) return `${at / 86_400} d`
  if (step >= 3600) return `${at / 3600} h`
  if (at % 3600 === 0) return `${at / 3600} h`
  const minutes = Math.floor(at / 60) % 60
  const beyondHour = `${Math.floor(at / 3600)}:${String(minutes).padStart(2, '0')}`
  if (step >= 60) return at > 7200 ? `${beyondHour} h` : `${at / 60} min`
  if (at > 3600) return `${beyondHour}:${String(at % 60).padStart(2, '0')} h`
  return duration(at)
}

/** 1, 2 or 5 times a power of ten, at least this. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map(factor => factor * power).find(step => step >= least * 0.999) ?? 10 * power
}
