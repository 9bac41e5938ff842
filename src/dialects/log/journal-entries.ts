/**
 * Entries of the journal that take several lines: `journalctl -o json-pretty` (and what jq prints), `-o export`, `-o verbose`
 * (systemd.journal-fields(7), journalctl(1)). Of each the fields that say when, where, who and what are kept, and at its end
 * it is read as the one line that another output of the journal would have written.
 */
import { servo } from '../linuxptp/servo.ts'
import { bytesOf } from './dressing.ts'
import { CAPITALS, DIGITS, type LineReader, type LogFormat } from './format.ts'
import { systemLog } from './system-log.ts'
import { textLines } from './text.ts'

const NAME = /_{0,2}[A-Z][A-Z\d_]{0,63}/.source
const PRETTY = new RegExp(`^\\s*"(${NAME})" ?: (.*?),?$`)
/** Where a message is written as its bytes: one a line, and their end. */
const PRETTY_BYTE = /^\s*(\d{1,3}),?$/
const PRETTY_BYTES_END = /^\s*\],?$/
const PRETTY_BEGIN = /^\s*\{$/
const PRETTY_END = /^\s*\},?$/
const EXPORT = new RegExp(`^(${NAME})=(.*)$`)
const EXPORT_BEGIN = /^__(?:CURSOR|REALTIME_TIMESTAMP)=/
const VERBOSE = new RegExp(`^ {4}(${NAME})=(.*)$`)
/** What a field goes on with in its next line. */
const VERBOSE_REST = /^ {4}/
const VERBOSE_BEGIN = /^(\S{2,8} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} [A-Z+\-\d]{2,6}) \[s=[\da-f]+;i=/

type Style = 'pretty' | 'export' | 'verbose'

interface Entry {
  readonly style: Style
  /** As `-o verbose` writes it. */
  readonly stamp: string
  readonly fields: Map<string, unknown>
  /** Of the message. */
  line: number
}

export const journalEntries: LogFormat = {
  name: 'journal',
  dated: true,
  first: `${DIGITS}${CAPITALS}${CAPITALS.toLowerCase()} \t"{}]_\n`,
  open(into) {
    const readers = [servo, systemLog].map(format => format.open(into))
    let entry: Entry | undefined
    let bytes: number[] | undefined
    let between = false
    const finish = (): void => {
      const line = entry && asOneLine(entry)
      if (line && readers.some(each => each.take(line, 0, line.length, entry!.line) > 0))
        reader.foreign = false
      entry = undefined
      bytes = undefined
    }
    const begin = (style: Style, line: number, stamp = ''): Entry => {
      entry = { style, stamp, fields: new Map(), line }
      return entry
    }
    const keep = (into: Entry, field: RegExpExecArray, line: number): true => {
      const [, name, text] = field as unknown as [string, string, string]
      if (name === 'MESSAGE') into.line = line
      if (into.style === 'pretty' && text === '[') {
        bytes = []
        into.fields.set(name, bytes)
      } else into.fields.set(name, into.style === 'pretty' ? parsed(text) : text)
      return true
    }
    const pretty = (into: Entry, text: string, line: number): boolean => {
      const byte = bytes && PRETTY_BYTE.exec(text)
      if (byte) bytes!.push(Number(byte[1]))
      else if (bytes && PRETTY_BYTES_END.test(text)) bytes = undefined
      else if (PRETTY_END.test(text)) {
        finish()
        between = true
      } else {
        const field = PRETTY.exec(text)
        return field !== null && keep(into, field, line)
      }
      return true
    }
    const exported = (into: Entry, text: string, line: number): boolean => {
      const field = EXPORT.exec(text)
      if (field) return keep(into, field, line)
      if (text !== '') return false
      finish()
      return true
    }
    const started = (text: string, line: number, reclaim: () => void): boolean => {
      const stamp = VERBOSE_BEGIN.exec(text)?.[1]
      if (stamp) begin('verbose', line, stamp)
      else if (EXPORT_BEGIN.test(text)) return exported(begin('export', line), text, line)
      else if (PRETTY_BEGIN.test(text) && between) begin('pretty', line)
      else {
        const field = PRETTY.exec(text)
        if (!field) return false
        // The brace before it was nobody's.
        reclaim()
        return keep(begin('pretty', line), field, line)
      }
      return true
    }
    const reader: LineReader & { foreign: boolean } = Object.assign(
      textLines((text, line, reclaim) => {
        if (entry?.style === 'pretty') return pretty(entry, text, line)
        if (entry?.style === 'export') return exported(entry, text, line)
        if (entry) {
          const field = VERBOSE.exec(text)
          if (field) return keep(entry, field, line)
          if (VERBOSE_REST.test(text)) return true
          finish()
        }
        return started(text, line, reclaim)
      }),
      {
        // As long as no timekeeper has spoken.
        foreign: true,
        flush() {
          finish()
          for (const each of readers) each.flush()
        },
      },
    )
    return reader
  },
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function asOneLine({ stamp, fields }: Entry): Uint8Array | undefined {
  if (!fields.has('MESSAGE')) return undefined
  if (stamp === '') return bytesOf(`${JSON.stringify(Object.fromEntries(fields))}\n`)
  const program = fields.get('SYSLOG_IDENTIFIER') ?? fields.get('_COMM')
  return bytesOf(`${stamp} ${fields.get('_HOSTNAME') ?? '-'} ${program}: ${fields.get('MESSAGE')}\n`)
}
