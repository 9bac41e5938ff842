/** The three plots: what each draws, how high it reaches, and what it says about readings that do not fit. */

import type { SourceBody, StatusBody } from '#report/bodies.ts'
import { unixSeconds } from '#report/bodies.ts'
import { aheadOrBehind, length } from '#report/words/say.ts'
import { SCALES, type Scale, type Span } from '../place.ts'
import { type Bound, boundOf } from './band.ts'
import { type Line, lineOf, valuesIn } from './lines.ts'
import type { Loaded } from './load.ts'
import { patienceOf, pushed, type Track } from './pieces.ts'
import { autoRange, closeRange } from './ranges.ts'

export type PlotName = 'offset' | 'delay' | 'frequency'

export interface Plot {
  readonly name: PlotName
  readonly title: string
  readonly lines: readonly Line[]
  readonly range: readonly [number, number]
  /** Half height of the band that is tolerable, when one was chosen. */
  readonly tolerance: number | undefined
  /** Readings that lie outside the plot, in words. */
  readonly outside: string | undefined
}

const COLOURS = 8

export function plotsOf(input: {
  loaded: Loaded
  status: StatusBody
  window: Span
  live: boolean
  scale: Scale
  hide: readonly string[]
}): readonly Plot[] {
  const { loaded, status, window, live, scale, hide } = input
  const { breaks, resolution } = loaded
  const carried = live ? withNow(loaded, status) : undefined
  const combined = (track: Track, bound?: Bound): Line =>
    lineOf(
      {
        source: undefined,
        label: COMBINED,
        colour: '--accent',
        width: 2,
        dash: undefined,
        background: false,
        scattered: false,
        track,
        bound,
      },
      // Between two estimates the agent coasts, however long: that is in its band, and no gap.
      { breaks },
    )
  const ofSources = (quantity: 'offset' | 'delay'): Line[] =>
    [...loaded.sources]
      .filter(([name]) => !hide.includes(name))
      .map(([name, tracks]) =>
        lineOf(
          {
            ...lookOf(name, status.clock.sources),
            background: quantity === 'offset',
            track: tracks[quantity],
            bound: undefined,
          },
          { breaks, resolution, patience: patienceOf(tracks[quantity], tracks.poll) },
        ),
      )

  const isCombined = !hide.includes(COMBINED)
  const { offset, bound } = carried ?? loaded
  const estimate = combined(offset, boundOf(bound, loaded.frequencyBound, carried !== undefined))
  const offsets = [...ofSources('offset'), ...(isCombined ? [estimate] : [])]
  const delays = ofSources('delay')
  const frequencies = isCombined ? [combined(loaded.frequency)] : []
  const tolerance = SCALES[scale]
  const range: [number, number] = tolerance
    ? [-tolerance * 1.25, tolerance * 1.25]
    : offsetRange(offsets, window)
  const delayRange = autoRange(delays.flatMap(line => valuesIn(line, window)))
  return [
    {
      name: 'offset',
      title: 'Offset of this clock',
      lines: offsets,
      range,
      tolerance,
      outside: outside(offsets, window, range, aheadOrBehind),
    },
    {
      name: 'delay',
      title: 'Delay to each source',
      lines: delays,
      range: [0, delayRange[1]],
      tolerance: undefined,
      outside: outside(delays, window, [0, delayRange[1]], length),
    },
    {
      name: 'frequency',
      title: 'Frequency error of the counter',
      lines: frequencies,
      range: closeRange(
        frequencies.flatMap(line => valuesIn(line, window)),
        0.1e-6,
      ),
      tolerance: undefined,
      outside: undefined,
    },
  ]
}

export const COMBINED = 'combined estimate'

/** Colour by place in the list, so that it stays when others come and go. What is not believed is dashed. */
export function lookOf(name: string, sources: readonly SourceBody[]) {
  const names = [...new Set(sources.map(each => each.name))]
  const index = names.indexOf(name)
  const states = sources.filter(each => each.name === name).map(each => each.state)
  const doubtful = states.length > 0 && states.every(state => state === 'falseticker' || state === 'unusable')
  return {
    source: name,
    label: name,
    colour: index < 0 ? '--faint' : `--s${(index % COLOURS) + 1}`,
    width: 1.25,
    dash: doubtful ? [5, 4] : undefined,
    // The members of a pool take turns under one name: their readings are no line.
    scattered: states.length > 1,
  }
}

/** What is believed at present reaches from the last estimate to now, and its bound has grown meanwhile. */
function withNow(loaded: Loaded, { clock }: StatusBody): { offset: Track; bound: Track } | undefined {
  const now = unixSeconds(clock.now)
  if (clock.offset === null || clock.errorBound === null || now <= (loaded.offset.x.at(-1) ?? now))
    return undefined
  return {
    offset: pushed(loaded.offset, now, clock.offset),
    bound: pushed(loaded.bound, now, clock.errorBound),
  }
}

/**
 * The estimate chooses the scale, with its band, and readings about as far away as that is high. A falseticker does not.
 * Without an estimate all readings do.
 */
function offsetRange(lines: readonly Line[], window: Span): [number, number] {
  const estimate = lines.filter(line => line.source === undefined).flatMap(line => valuesIn(line, window))
  const sources = lines.filter(line => line.source !== undefined).flatMap(line => valuesIn(line, window))
  if (estimate.length === 0) return autoRange(sources)
  const [low, high] = autoRange(estimate)
  const near = sources.filter(value => value > 2 * low - high && value < 2 * high - low)
  const [bottom, top] = autoRange([...estimate, ...near])
  // The newest is always in view, even alone: in holdover it is the end of a widening band.
  const newest = autoRange(estimate.slice(-2))
  return [Math.min(bottom, newest[0]), Math.max(top, newest[1])]
}

function outside(
  lines: readonly Line[],
  window: Span,
  [bottom, top]: readonly [number, number],
  say: (value: number) => string,
): string | undefined {
  const found = lines.flatMap(line => {
    const values = valuesIn({ ...line, bound: undefined }, window).filter(
      value => value < bottom || value > top,
    )
    return values.length === 0 ? [] : [{ label: line.label, furthest: values.reduce(further) }]
  })
  if (found.length === 0) return undefined
  if (found.length <= 2) return found.map(each => `${each.label} (up to ${say(each.furthest)})`).join(', ')
  return `readings of ${found.length} of ${lines.length} lines, up to ${say(found.map(each => each.furthest).reduce(further))}`
}

const further = (a: number, b: number): number => (Math.abs(b) > Math.abs(a) ? b : a)
