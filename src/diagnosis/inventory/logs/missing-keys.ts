/**
 * That chronyd does not have the key of a source, in the logs of the system, since its last start: `Key 10 is missing` of chrony 4, `Key 10
 * used by source 192.0.2.1 is missing` of those before.
 */
import type { Files } from '#core/guest/files.ts'
import type { Reported } from '#core/guest/inventory.ts'
import { isBanner } from '../daemons/banner.ts'
import { at } from '../place.ts'
import { linesOfLog } from './log-lines.ts'
import { systemLogs } from './system-logs.ts'

const LINE = /\bchronyd(?:\[\d+\])?: Key (\d{1,10})(?: used by source (\S+))? is missing$/

/** Each number once, of the first log that has such a line: others hold the same. */
export function findMissingKeys(files: Files): Reported[] {
  for (const log of systemLogs(files)) {
    const found = new Map<string, Reported>()
    for (const { text, path, line } of linesOfLog(files, log)) {
      if (isBanner(text)) found.clear()
      const [, number, source] = LINE.exec(text.trim()) ?? []
      if (number !== undefined)
        found.set(number, {
          says: 'key-missing',
          source,
          size: Number(number),
          evidence: at(path, text.trim(), line),
        })
    }
    if (found.size > 0) return [...found.values()]
  }
  return []
}
