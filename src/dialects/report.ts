/**
 * The skeleton of formats for what a command printed: lines without a stamp that tell how a clock was at one moment. Each
 * becomes events without a time. A reader lives as long as its file, so it may remember the lines before.
 */
import type { Daemon } from '#core/trace/series.ts'
import { readable } from './log/cursor.ts'
import type { Destination, LogFormat } from './log/format.ts'
import type { Said } from './log/said.ts'
import { textLines } from './log/text.ts'

/**
 * What a line says, perhaps nothing; undefined when it is not understood. `reclaim` takes the line before, which could not
 * be understood alone.
 */
export type ReadReport = (text: string, reclaim: () => void) => readonly Said[] | undefined

/** All that a line of text can begin with. */
export const PRINTABLE = `\t${Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')}`

export interface ReportFormat extends LogFormat {
  /** Of one file, line by line. */
  readonly reader: () => (text: string) => readonly Said[] | undefined
}

export function reportFormat(of: {
  readonly name: string
  readonly daemon: Daemon
  readonly first?: string
  /** Lines that are no business of ours. */
  readonly foreign?: boolean
  /** Bytes in a line at most, where they may be more than daemons write into their logs. */
  readonly longest?: number
  /** Without a destination where nobody asks when its lines were written. */
  readonly open: (into?: Destination) => ReadReport
}): ReportFormat {
  return {
    reader() {
      const read = of.open()
      return text => read(text, () => {})
    },
    name: of.name,
    dated: true,
    first: of.first ?? PRINTABLE,
    open(into) {
      const read = of.open(into)
      return textLines(
        (text, line, reclaim) => {
          const all = read(text, reclaim)
          for (const one of all ?? [])
            into.tell({
              kind: 'event',
              daemon: of.daemon,
              format: of.name,
              file: into.file,
              line,
              at: Number.NaN,
              text: readable(text).trim(),
              ...one,
            })
          return all !== undefined
        },
        { ...(of.foreign && { foreign: true }), ...(of.longest && { longest: of.longest }) },
      )
    },
  }
}
