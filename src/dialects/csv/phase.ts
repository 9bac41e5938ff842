/**
 * A column of phases without times, as programs for the stability of clocks write and read it: above it stands how far they are apart,
 * `# phase in ns, tau = 1 s`. Phase is what the clock shows minus the reference (time error, ITU-T G.810): positive, it is ahead. Where no
 * unit is named it is seconds. The first is put at the beginning of the day near which the file was written: no line says when it was.
 */
import type { Seconds } from '#core/time/units.ts'
import { readable } from '../log/cursor.ts'
import { DIGITS, type LineReader, type LogFormat } from '../log/format.ts'
import { textLines } from '../log/text.ts'
import { SampleRows } from '../sample-rows.ts'
import { UNITS } from './head.ts'
import { PHASES } from './time-offset.ts'

const DAY: Seconds = 86_400
const HEAD = /^[#%;\s]*(?:\w+[\s:]+){0,3}phase\b/i
const TAU = /\btau(?:0|_0)?\b\s*(?:\(s\)|\[s\])?\s*[=:]?\s*(\d*\.?\d+(?:e[+-]?\d+)?)\s*([a-zµμ]*)/i
const UNIT = /\bphase(?: data| error| difference)?\s*(?:in |[([/_]\s*)([a-zµμ]+)/i
const VALUE = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)$/i
const LONGEST_HEAD = 200
/** A file of one number is something else. */
const SOME = 3
const NO_TAU =
  'it has phases without times: write above them how far they are apart, such as “# phase in s, tau = 1 s”'

interface Head {
  readonly unit: Seconds
  /** Undefined: it is not said. */
  readonly tau: Seconds | undefined
}

export const phase: LogFormat = {
  name: 'phase',
  dated: false,
  first: `${DIGITS}#%;+-.PpTtFfDd`,
  open(into) {
    const rows = new SampleRows(into, { daemon: 'other', format: PHASES })
    let [head, headAt, count]: [Head | undefined, number, number] = [undefined, 0, 0]
    const reader: LineReader & { refusal: string | undefined } = Object.assign(
      textLines((text, line, reclaim) => {
        const read = readHead(text)
        if (read) {
          ;[head, headAt, count] = [read, line, 0]
          return false
        }
        const value = head && VALUE.exec(text)
        if (!value) {
          head = undefined
          return false
        }
        count++
        if (head!.tau === undefined) {
          if (count === SOME) reader.refusal ??= NO_TAU
          return false
        }
        if (headAt === line - 1) reclaim()
        rows.add({
          at: (into.nearDay - into.baseDay) * DAY + (count - 1) * head!.tau,
          line,
          source: 'reference',
          offset: -Number(value[1]) * head!.unit,
          delay: Number.NaN,
        })
        return true
      }),
      { refusal: undefined, flush: () => rows.flush() },
    )
    return reader
  },
}

function readHead(text: string): Head | undefined {
  if (text.length > LONGEST_HEAD || !HEAD.test(text)) return undefined
  const line = readable(text)
  const [, apart, of = ''] = TAU.exec(line) ?? []
  const named = UNIT.exec(line)?.[1]
  const [unit, second] = [unitOf(named ?? 's'), of === '' ? 1 : unitOf(of)]
  if (unit === undefined || second === undefined) return undefined
  return { unit, tau: Number(apart) > 0 ? Number(apart) * second : undefined }
}

const unitOf = (name: string): Seconds | undefined => UNITS.get(name.toLowerCase().replace(/[µμ]/, 'u'))
