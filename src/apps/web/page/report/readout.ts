/** In words what stands under the cursor. */
import { duration, rate, signed } from '#core/time/format.ts'
import { isSinceBoot } from '#report/explain/moments.ts'
import { utc } from '../words/time.ts'
import { linesOf, valueAt } from './lines.ts'
import type { View } from './view.ts'

/** A mark that is so near, as a part of the window, is told too. */
const NEAR = 0.01

export function readoutText(view: View, at: number | undefined): string {
  const { from, to } = view.window
  if (at === undefined)
    return isSinceBoot(to)
      ? `${duration(from)} to ${duration(to)} after the boot`
      : `${utc(from)} to ${utc(to)} UTC (${duration(to - from)})`
  const values = linesOf(view, 'offset').map(line => {
    const value = valueAt(line, at)
    return `${line.name} ${value ? range(value.low, value.high, signed) : 'not known'}`
  })
  const frequencies = linesOf(view, 'frequency').flatMap(line => {
    const value = valueAt(line, at)
    return value ? [range(value.low, value.high, rate)] : []
  })
  const delays = linesOf(view, 'delay').flatMap(line => {
    const value = valueAt(line, at)
    return value ? [`delay ${range(value.low, value.high, duration)}`] : []
  })
  const marks = view.hosts
    .filter((_, i) => !view.hidden.has(i))
    .flatMap(({ happenings }) => happenings)
    .filter(each => Math.abs(each.at - at) < NEAR * (to - from))
    .slice(0, 2)
    .map(({ text }) => text)
  return [
    isSinceBoot(to) ? `${duration(at)} after the boot` : `${utc(at)} UTC`,
    ...values,
    ...frequencies,
    ...delays,
    ...marks,
  ].join(' · ')
}

function range(low: number, high: number, text: (value: number) => string): string {
  const [least, most] = [text(low), text(high)]
  return least === most ? least : `${least} to ${most}`
}
