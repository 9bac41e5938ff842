/**
 * The time of a row: ISO 8601 with or without a zone, the day before the month with points between them (`01.03.2026`), or a number.
 * How many digits a number has tells whether seconds, milliseconds, micro- or nanoseconds since 1970 are meant: these do not meet before
 * the year 5000. Smaller ones count from a start that is not told. A date with slashes is written in two orders, and is not read.
 */
import { dayNumber } from '#core/time/civil.ts'
import type { Seconds } from '#core/time/units.ts'
import { MJD_OF_1970 } from '../ntpd/mjd.ts'

export type When =
  /** Since 1970. */
  { readonly at: Seconds } | { readonly refusal: string }

const DAY: Seconds = 86_400
const CLOCK = /[T ](\d\d):(\d\d)(?::(\d\d(?:[.,]\d{1,9})?))?/.source
const ZONE = /(?: ?(?:Z|UTC|([+-])(\d\d):?(\d\d)))?$/.source
const ISO = new RegExp(`^(\\d{4})-(\\d\\d)-(\\d\\d)${CLOCK}${ZONE}`)
const POINTS = new RegExp(`^(\\d\\d)\\.(\\d\\d)\\.(\\d{4})${CLOCK}${ZONE}`)
const SLASHES = /^\d{1,2}\/\d{1,2}\/\d{2,4}\b/
/** 2001 to 2100 in seconds; with three digits more for each smaller unit. */
const EPOCH = /^((?:[1-3]\d|40)\d{8})(\d{3}|\d{6}|\d{9})?(\.\d{1,9})?$/
const NUMBER = /^\d{1,18}(?:\.\d{1,12})?$/
const SINCE_A_START =
  'its times count from a start that nobody tells: add to each the seconds since 1970 at which that was; days of the Julian calendar stand in a column mjd'
/** 1995 to 2050. */
const MJD = /^([56]\d{4})(\.\d{1,15})?$/

export function readWhen(
  text: string,
  of: { readonly unit: number | undefined; readonly mjd: boolean },
): When | undefined {
  if (of.mjd) {
    const mjd = MJD.exec(text)
    return mjd ? { at: (Number(mjd[1]) - MJD_OF_1970) * DAY + Number(mjd[2] ?? 0) * DAY } : undefined
  }
  const epoch = EPOCH.exec(text)
  const [, seconds, smaller = '', fraction = ''] = epoch ?? []
  if (epoch && (of.unit === undefined || of.unit === Number(`1e-${smaller.length}`))) {
    const rest = smaller === '' ? Number(fraction) : Number(`${smaller}${fraction}`) / 10 ** smaller.length
    return { at: Number(seconds) + rest }
  }
  const iso = ISO.exec(text)
  if (iso) return civilTime([iso[1]!, iso[2]!, iso[3]!], iso.slice(4))
  const points = POINTS.exec(text)
  if (points) return civilTime([points[3]!, points[2]!, points[1]!], points.slice(4))
  if (SLASHES.test(text))
    return { refusal: 'its dates are written with slashes, in two orders: write them as 2026-03-01' }
  return NUMBER.test(text) ? { refusal: SINCE_A_START } : undefined
}

function civilTime(
  [year, month, day]: readonly [string, string, string],
  [hours, minutes, seconds, sign, zoneHours, zoneMinutes]: readonly (string | undefined)[],
): When | undefined {
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return undefined
  const time = Number(hours) * 3600 + Number(minutes) * 60 + Number((seconds ?? '0').replace(',', '.'))
  const east = sign ? (sign === '-' ? -1 : 1) * (Number(zoneHours) * 3600 + Number(zoneMinutes) * 60) : 0
  return { at: dayNumber(Number(year), Number(month), Number(day)) * DAY + time - east }
}
