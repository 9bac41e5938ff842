/**
 * The lines of a log with what was rotated away from it, the oldest first, as logrotate names it: `messages-20261115` or `messages.1`, packed
 * by gzip or not. Of a machine that is up for months the newest file may hold nothing but today.
 */
import type { Files } from '#core/guest/files.ts'
import { linesOf } from '#dialects/named-source.ts'

/** Of all files of one log, and of each; logs are longer than configurations. */
export const MOST_LOG = 16 << 20

export interface LogLine {
  readonly text: string
  readonly path: string
  /** From 1. */
  readonly line: number
}

export function linesOfLog(files: Files, path: string): LogLine[] {
  const newestFirst: LogLine[][] = []
  let length = 0
  for (const each of [path, ...rotatedFrom(files, path)]) {
    const read = files.read(each, MOST_LOG)
    length += read.kind === 'read' ? read.text.length : read.kind === 'unread' ? MOST_LOG : 0
    if (length > MOST_LOG && newestFirst.length > 0) break
    const lines = read.kind === 'read' ? linesOf(read.text) : []
    newestFirst.push(lines.map((text, index) => ({ text, path: each, line: index + 1 })))
  }
  return newestFirst.reverse().flat()
}

/** The newest first. */
function rotatedFrom(files: Files, path: string): string[] {
  if (!path.startsWith(LOGS)) return []
  const cut = path.lastIndexOf('/') + 1
  const [folder, name] = [path.slice(0, cut), path.slice(cut)]
  const found = new Map<string, { readonly age: number; readonly name: string }>()
  for (const each of files.names(folder)) {
    const [, stem, date, number] = each.startsWith(name) ? (ROTATED.exec(each.slice(name.length)) ?? []) : []
    // A file that is just being packed is there twice.
    if (stem !== undefined && !found.has(stem))
      found.set(stem, { age: number === undefined ? -Number(date) : Number(number), name: each })
  }
  return [...found.values()].sort((a, b) => a.age - b.age).map(each => `${folder}${each.name}`)
}

const LOGS = '/var/log/'
/** By the date, with the hour where that is said, or by a number. */
const ROTATED = /^(-(\d{8}(?:\d{2})?)|\.(\d{1,3}))(?:\.gz)?$/
