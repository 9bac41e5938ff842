/** A scale of absolute time in UTC, with ticks at whole minutes, hours, days or months. */
import { civil, dayNumber } from '#core/time/civil.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Scale, Tick } from '../chart/scale.ts'

const DAY = 86_400
const STEPS: readonly Seconds[] = [
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  10_800,
  21_600,
  43_200,
  DAY,
  2 * DAY,
  4 * DAY,
  7 * DAY,
  14 * DAY,
]
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** Times are seconds since 1970. */
export function calendar(from: number, to: number, count = 9): Scale {
  const width = Math.max(1e-9, to - from)
  const step = STEPS.find(each => width / each <= count)
  return {
    at: value => Math.min(1, Math.max(0, (value - from) / width)),
    ticks: step === undefined ? months(from, to, count) : evenly(from, to, step),
  }
}

/** The day stands at the first tick, and where it changes. */
function evenly(from: number, to: number, step: Seconds): Tick[] {
  const ticks: Tick[] = []
  let shown: number | undefined
  for (let value = Math.ceil(from / step) * step; value <= to; value += step) {
    const day = Math.floor(value / DAY)
    const clock = clockOf(value - day * DAY, step)
    const text = step >= DAY ? dayText(day) : day === shown ? clock : `${dayText(day)} ${clock}`
    ticks.push({ value, text })
    shown = day
  }
  return ticks
}

function months(from: number, to: number, count: number): Tick[] {
  const every = [1, 2, 3, 6, 12].find(each => (to - from) / (each * 30.4 * DAY) <= count) ?? 24
  const { year } = civil(Math.floor(from / DAY))
  const ticks: Tick[] = []
  for (let month = 0; ; month += every) {
    const [y, m] = [year + Math.floor(month / 12), (month % 12) + 1]
    const value = dayNumber(y, m, 1) * DAY
    if (value > to) return ticks
    if (value >= from) ticks.push({ value, text: `${MONTHS[m - 1]} ${y}` })
  }
}

function clockOf(seconds: Seconds, step: Seconds): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0')
  const clock = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}`
  return step >= 60 ? clock : `${clock}:${two(seconds % 60)}`
}

function dayText(number: number): string {
  const { month, day } = civil(number)
  return `${day} ${MONTHS[month - 1]}`
}
