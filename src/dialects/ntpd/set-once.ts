/**
 * What `ntpd -q` prints: that it set the clock, or began to slew it. Nothing says when. In a loop of `ntpd -q` and
 * `sleep` these lines are all there is (field report 000). Some versions write each twice, once with a blank before the
 * unit: the second is left out.
 */
import type { LogFormat } from '../log/format.ts'
import { said } from '../log/said.ts'
import { textLines } from '../log/text.ts'

const LINE = /^(?:ntpd|CLOCK): time (set|slew) ([+-]\d+\.\d+)( ?)s$/

export const setOnce: LogFormat = {
  name: 'ntpd -q',
  dated: true,
  first: ' nC',
  open(into) {
    let last = { line: 0, size: '', blank: '' }
    return textLines((text, line) => {
      const match = LINE.exec(text.trim())
      if (!match) return false
      const [, how, size, blank] = match as unknown as [string, string, string, string]
      const again = last.line === line - 1 && last.size === size && last.blank !== blank
      last = { line, size, blank }
      if (!again)
        into.tell({
          kind: 'event',
          daemon: 'ntpd',
          format: setOnce.name,
          file: into.file,
          line,
          at: Number.NaN,
          text,
          ...said(how === 'set' ? 'stepped' : 'slew-begun', { size: Number(size) }),
          once: true,
        })
      return true
    })
  },
}
