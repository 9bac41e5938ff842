/**
 * clknetsim's language for delays and clocks: expressions as text. Delays are one way, in seconds; a negative one loses the
 * packet.
 */

export const US = 1e-6
export const MS = 1e-3

export interface Server {
  readonly up: string
  readonly down: string
  readonly offset?: number
  readonly frequency?: string
  readonly step?: string
}

export const add = (...terms: (string | number)[]) =>
  terms.length === 1 ? `${terms[0]}` : `(+ ${terms.join(' ')})`
export const times = (...factors: (string | number)[]) => `(* ${factors.join(' ')})`
export const exponential = (mean: number) => times(mean, '(exponential)')
/** Mean 3 × scale. */
export const gamma3 = (scale: number) => times(scale, add('(exponential)', '(exponential)', '(exponential)'))
/** Mean 1 × scale, and now and then a hundred times that. */
export const heavy = (scale: number) => times(scale, '(exponential)', '(exponential)', '(exponential)')
export const wander = (perSecond: number) => `(sum ${times(perSecond, '(normal)')})`
/** 1 with this probability. */
export const nowAndThen = (probability: number) => `(equal ${probability} (uniform) 0.0)`
/** 1 while the network's time is in the span; in delays only. */
export const during = (from: number, to: number) => `(equal ${(to - from) / 2} time ${(from + to) / 2})`
/** 1 for `seconds` evaluations from t = `at` on; in clocks only (evaluated once a second, first at 0). */
export const seconds = (at: number, length: number) =>
  `(equal ${(length - 1) / 2 + 0.25} (sum 1.0) ${at + 1 + (length - 1) / 2})`
export const lost = (when: string) => times(-10, when)

export const lan = (jitter: number, ...more: string[]): Server => {
  const delay = add(1e-4, exponential(jitter), ...more)
  return { up: delay, down: delay }
}
export const path = (up: number, down: number, jitter: (mean: number) => string = exponential): Server => ({
  up: add(up * MS, jitter(MS)),
  down: add(down * MS, jitter(MS)),
})
export const INTERNET = [path(5, 5), path(11, 14), path(22, 20), path(40, 38)]
export const clock = (frequency: number, perSecond: number, ...more: string[]) =>
  add(frequency, wander(perSecond), ...more)

/** A second at a rate of 1e-4 for each whole one; the rest is lost in one more second. */
export const freeze = (at: number, length: number): string[] => {
  const whole = Math.floor(length)
  const rest = length - whole
  return [
    ...(whole > 0 ? [times(-0.9999, seconds(at, whole))] : []),
    ...(rest > 1e-9 ? [times(-rest, seconds(at + whole, 1))] : []),
  ]
}
