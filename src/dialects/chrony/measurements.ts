/**
 * measurements.log and rawmeasurements: a line for each measurement of an NTP source.
 * Date, time, address, leap, stratum, three groups of tests (1 passed), local and remote poll, score, offset (positive:
 * the local clock is behind), delay, dispersion; then root delay, root dispersion, refid and time stamping, which
 * releases before 2 do not have. A reply that failed the tests of the packet itself says nothing about the clock.
 */
import { ISLAND_STRATUM, sampleBlock } from '#core/trace/series.ts'
import { isIsland, mayBeIsland } from '../island.ts'
import { columns } from '../log/columns.ts'
import type { Cursor } from '../log/cursor.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { ReadingRows } from '../reading-rows.ts'
import { RootDistances } from '../root-distances.ts'
import { headOf, skipHead } from './banner.ts'
import { dateReader } from './date.ts'
import { CHRONY_DEFAULTS } from './settings.ts'

const ONE = 49
const HEAD = headOf('IP Address +L St .*LP RP')

export const measurements: LogFormat = {
  name: 'chrony measurements',
  dated: true,
  first: `${DIGITS} =`,
  apart: true,
  open(into) {
    const readDate = dateReader(into.baseDay)
    const islands = new ReadingRows(into, {
      daemon: 'chrony',
      format: measurements.name,
      quantity: ISLAND_STRATUM,
    })
    const distances = new RootDistances(into, {
      daemon: 'chrony',
      format: measurements.name,
      most: CHRONY_DEFAULTS.maxdistance,
    })
    return columns(into, {
      create: room =>
        sampleBlock({ daemon: 'chrony', format: measurements.name, file: into.file, exchanges: true }, room),
      row(cursor, block, row) {
        block.at[row] = readDate(cursor)
        if (!cursor.ok) return
        block.source[row] = into.sources.read(cursor)
        if (cursor.word() !== 1) cursor.ok = false
        const stratum = cursor.integer()
        if (!cursor.ok) return
        const packet = passed(cursor)
        const server = passed(cursor)
        cursor.word()
        cursor.decimal()
        cursor.decimal()
        cursor.word()
        if (!cursor.ok) return
        const offset = cursor.decimal()
        block.offset[row] = packet && server ? offset : Number.NaN
        block.delay[row] = cursor.decimal()
        block.dispersion[row] = cursor.decimal()
        if (into.census || !cursor.ok || cursor.ended()) return
        const rootDelay = cursor.decimal()
        const rootDispersion = cursor.decimal()
        if (packet && server && cursor.ok) distances.add(block.at[row]!, rootDelay, rootDispersion)
        if (mayBeIsland(stratum) && isIsland(stratum, cursor))
          islands.add({ at: block.at[row]!, value: stratum })
      },
      other: cursor => skipHead(cursor, HEAD),
      flush: () => {
        islands.flush()
        distances.flush()
      },
    })
  },
}

/** Three or four digits, all of them 1. */
function passed(cursor: Cursor): boolean {
  const length = cursor.word()
  if (length < 2 || length > 4) cursor.ok = false
  let all = true
  for (let at = cursor.at - length; at < cursor.at; at++) all &&= cursor.bytes[at] === ONE
  return all
}
