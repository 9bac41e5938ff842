/** Where a line stands in a configuration that may be split over files, and how it is said: `line 3`, `line 3 of /etc/chrony/conf.d/site.conf`. */
import { grouped } from '#core/grouped.ts'
import { list } from './left-out.ts'

export interface LinePlace {
  readonly line: number
  /** Undefined: the file that was named. */
  readonly file: string | undefined
}

export const lineName = ({ line, file }: LinePlace): string => `line ${line}${ofFile(file)}`

/** `lines 3 and 5`, `line 3 and lines 1 and 2 of /etc/chrony/conf.d/site.conf`; each once. */
export const lineNames = (places: readonly LinePlace[]): string =>
  list(
    [...grouped(places, ({ file }) => file)].map(([file, those]) => {
      const lines = [...new Set(those.map(({ line }) => line))]
      return lines.length === 1 ? lineName(those[0]!) : `lines ${list(lines.map(String))}${ofFile(file)}`
    }),
  )

const ofFile = (file: string | undefined): string => (file === undefined ? '' : ` of ${file}`)
