/** Which part of a run is to be seen, and how finely: a picture has so many columns, and nobody sees what falls between two. */
import type { Seconds } from '#core/time/units.ts'

export interface Window {
  readonly from: Seconds
  /** Infinite: to the end. */
  readonly to: Seconds
  /** Into how many stretches of time it is divided at most. */
  readonly stretches: number
}

/** All of a run, in as many stretches as a wide screen has columns. */
export const WHOLE: Window = { from: 0, to: Number.POSITIVE_INFINITY, stretches: 1600 }

/** At these seconds somebody is asked what he says of his clock. */
export interface Moments {
  readonly from: Seconds
  readonly to: Seconds
  readonly every: number
}

export const EACH_SECOND: Moments = { from: 0, to: Number.POSITIVE_INFINITY, every: 1 }

/** So seldom that each stretch still has one of them. */
export function momentsOf(window: Window, duration: Seconds): Moments {
  const [first, end] = secondsOf(window, Math.floor(duration) + 1)
  return { from: first, to: end, every: Math.max(1, Math.floor((end - first) / window.stretches)) }
}

/** The seconds of a run of so many that lie in it: the first one, and the one after the last. */
export const secondsOf = ({ from, to }: Window, length: number): readonly [first: number, end: number] => {
  const first = Math.min(Math.max(0, Math.floor(from)), length - 1)
  return [first, Math.max(first + 1, Math.min(length, Math.floor(to) + 1))]
}
