/** What `clockwright drift` says: a line for each measurement, and what follows from all of them. */
import type { Drift, Measured } from '#analysis/drift.ts'
import type { Status } from '#core/agent/status.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Rate } from '#core/time/units.ts'
import type { Style } from './style.ts'
import { reasonText } from './words/reason.ts'

/** Beyond this no daemon of today slews (the kernel's own limit for frequency corrections). */
const KERNEL_FREQUENCY_LIMIT: Rate = 500e-6
/** Beyond this nothing slews: the range of the kernel's tick. */
const TICK_LIMIT: Rate = 0.1

export function driftLine(
  of: { time: string; status: Status; drift: Drift | undefined },
  style: Style,
): string {
  const { offset, errorBound, sources } = of.status
  const head = style('dim', of.time)
  if (offset === undefined) return `${head}  ${style('red', sources[0] ? reasonText(sources[0]) : '–')}\n`
  const so_far = of.drift ? `  drift ${withError(of.drift)}` : ''
  return `${head}  offset ${signed(offset).padStart(9)} ± ${duration(errorBound)}${so_far}\n`
}

export function driftSummary(measured: readonly Measured[], drift: Drift | undefined, style: Style): string {
  if (!drift) return style('red', `No drift: ${measured.length} of the needed two measurements or more.`)
  const perDay = duration(Math.abs(drift.rate) * 86_400)
  const direction = drift.rate >= 0 ? 'gains' : 'loses'
  const told = drift.standardError === undefined || Math.abs(drift.rate) > 2 * drift.standardError
  const headline = told
    ? `This clock ${direction} ${perDay} a day`
    : 'No drift that can be told from the noise yet'
  const lines = [
    `${style('bold', headline)}${told ? perDayError(drift) : ''}: ${withError(drift)} over ${duration(measured.at(-1)!.at)}, ${measured.length} measurements.`,
    `Whatever the network did, the mean rate was between ${rate(drift.least)} and ${rate(drift.most)}.`,
  ]
  const warning = judged(Math.abs(drift.rate))
  if (warning) lines.push(style('yellow', warning))
  return lines.join('\n')
}

function judged(size: Rate): string | undefined {
  if (size > TICK_LIMIT)
    return 'No daemon can slew that much (±10 %): this clock is not disciplinable. Change the clocksource.'
  if (size > KERNEL_FREQUENCY_LIMIT)
    return 'ntpd corrects at most 500 ppm and would step again and again; chrony can correct this.'
  return undefined
}

const perDayError = ({ standardError }: Drift): string =>
  standardError === undefined ? '' : ` (± ${duration(standardError * 86_400)})`

const withError = ({ rate: value, standardError }: Drift): string =>
  standardError === undefined ? rate(value) : `${rate(value)} ± ${rate(standardError).slice(1)}`
