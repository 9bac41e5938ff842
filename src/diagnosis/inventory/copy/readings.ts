/**
 * What lies in no file and was read when a copy was made: `clockwright collect` writes it down as one (readings.json). A copy
 * comes from anybody, so every value is looked at before it is believed.
 */
import type { KernelClock } from '#core/guest/facts.ts'
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import type { Seconds } from '#core/time/units.ts'
import { at, fact } from '../place.ts'

export const READINGS = '/clockwright/readings.json'

const LEAPS = ['none', 'insert', 'delete', 'unknown'] as const

export function findKernelClock(files: Files): Fact<KernelClock> | undefined {
  const said = parseObject(files.text(READINGS))?.kernelClock
  if (!isObject(said)) return undefined
  const { frequency, offset, maxError, estError, synchronised, leap, taiOffset, status } = said
  const numbers = [frequency, offset, maxError, estError]
  if (!numbers.every(each => Number.isFinite(each)) || typeof synchronised !== 'boolean') return undefined
  const known = LEAPS.find(each => each === leap)
  if (known === undefined || !Array.isArray(status)) return undefined
  const clock: KernelClock = {
    frequency: Number(frequency),
    offset: Number(offset),
    maxError: Number(maxError),
    estError: Number(estError),
    synchronised,
    leap: known,
    taiOffset: typeof taiOffset === 'number' ? taiOffset : undefined,
    status: status.filter(each => typeof each === 'string'),
  }
  const text = `adjtimex: ${clock.status.join(' ')}`
  return fact(clock, files.own ? { path: 'adjtimex(2)', text } : at(READINGS, text))
}

/** The furthest zones are 14 hours ahead, and 12 behind. */
const FURTHEST: Seconds = 14 * 3600

/** Of the time when that was read: in summer it may be another. */
export function findZoneRead(files: Files): Fact<Seconds> | undefined {
  const ahead = parseObject(files.text(READINGS))?.zoneAhead
  if (typeof ahead !== 'number' || !(Math.abs(ahead) <= FURTHEST)) return undefined
  const text = `the zone is ${ahead / 3600} h ahead of UTC`
  return fact(ahead, files.own ? { path: 'localtime(3)', text } : at(READINGS, text))
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

function parseObject(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
