/**
 * What `ntpdate -q` prints (printserver and clock_adjust in ntpdate.c): a line for each server, and then the line that ntpdate
 * without -q ends with, though nothing is set. Only that one says when; a server that did not answer has stratum 0.
 */
import type { Seconds } from '#core/time/units.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { said } from '../log/said.ts'
import { readStamp } from '../log/stamp.ts'
import { textLines } from '../log/text.ts'
import { SampleRows } from '../sample-rows.ts'
import { SET } from './ntpdate.ts'

const SERVER =
  /^server (\S{1,80}), stratum (\d{1,2}), offset ([+-]?\d{1,12}\.\d{1,9}), delay (\d{1,12}\.\d{1,9})$/
const LAST = /\bntpdate\[\d+\]: (?:step|adjust) time server /
/** Of runs whose last line is not there. */
const MOST = 1000

interface Answer {
  readonly line: number
  readonly source: string
  readonly offset: Seconds
  readonly delay: Seconds
}

export const ntpdateQuery: LogFormat = {
  name: 'ntpdate -q',
  dated: false,
  first: ` s${DIGITS}JFMASOND`,
  open(into) {
    const rows = new SampleRows(into, { daemon: 'other', format: ntpdateQuery.name })
    let answers: Answer[] = []
    /** Nobody knows when it was: what most of the servers said last. */
    const tellWithoutTime = () => {
      const last = [...new Map(answers.map(answer => [answer.source, answer])).values()]
      const middle = last.toSorted((a, b) => a.offset - b.offset)[last.length >> 1]
      answers = []
      if (!middle) return
      into.tell({
        kind: 'event',
        daemon: 'other',
        format: ntpdateQuery.name,
        file: into.file,
        line: middle.line,
        at: Number.NaN,
        text: `server ${middle.source}, offset ${middle.offset}`,
        ...said('offset-now', { size: middle.offset }),
      })
    }
    const reader = textLines((text, line) => {
      const server = SERVER.exec(text)
      if (server) {
        const [, source, stratum, offset, delay] = server as unknown as string[]
        if (answers.length === MOST) tellWithoutTime()
        if (stratum !== '0')
          answers.push({ line, source: source!, offset: Number(offset), delay: Number(delay) })
        return true
      }
      if (answers.length === 0 || !LAST.test(text)) return false
      const stamped = readStamp(text, into.nearDay)
      if (!stamped || !SET.test(stamped.message)) return false
      const at = stamped.at - into.baseDay * 86_400
      for (const answer of answers) rows.add({ ...answer, at })
      answers = []
      return true
    })
    return Object.assign(reader, {
      flush() {
        tellWithoutTime()
        rows.flush()
      },
    })
  },
}
