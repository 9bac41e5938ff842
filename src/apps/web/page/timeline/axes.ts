/** What stands at the ticks. Times in UTC; offsets without a sign, because the plot says which side is which. */
import { duration } from '#core/time/format.ts'

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** Ticks of a time axis; where the day changes (and first) the day stands below. */
export function timeTicks(splits: readonly number[], increment: number): string[] {
  let day = ''
  return splits.map(at => {
    const date = new Date(at * 1000)
    if (Number.isNaN(date.getTime())) return ''
    const today = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
    const time = date.toISOString().slice(11, increment >= 60 ? 16 : increment >= 1 ? 19 : 23)
    const text = increment >= 86_400 ? today : day === today ? time : `${time}\n${today}`
    day = today
    return text
  })
}

/** One unit for the whole axis, from its largest tick. */
export function offsetTicks(splits: readonly number[]): string[] {
  const { unit, factor } = scaleOf(splits)
  return splits.map(value => (value === 0 ? '0' : `${plain(Math.abs(value) * factor)} ${unit}`))
}

export function rateTicks(splits: readonly number[]): string[] {
  return splits.map(value => `${value > 0 ? '+' : value < 0 ? '−' : ''}${plain(Math.abs(value) * 1e6)} ppm`)
}

const UNITS = [
  { least: 1, unit: 's', factor: 1 },
  { least: 1e-3, unit: 'ms', factor: 1e3 },
  { least: 1e-6, unit: 'µs', factor: 1e6 },
  { least: 0, unit: 'ns', factor: 1e9 },
] as const

function scaleOf(splits: readonly number[]) {
  const largest = Math.max(0, ...splits.map(Math.abs))
  return UNITS.find(({ least }) => largest >= least * 0.9999) ?? UNITS[3]
}

const plain = (value: number) => String(Number(value.toPrecision(6)))

/** For the note at a tolerance line. */
export const toleranceText = (seconds: number): string => duration(seconds).replace(/\.0+(?= )/, '')
