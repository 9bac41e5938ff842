/**
 * That systemd-timesyncd gets no reply, or finds no address for its servers, in the logs of the system: how often since it last reached one.
 * It says so of each server that it tries, and one that is lost now and then means nothing.
 */
import type { Files } from '#core/guest/files.ts'
import type { Reported } from '#core/guest/inventory.ts'
import { readMessage } from '#dialects/timesyncd/messages.ts'
import { at } from '../place.ts'
import { linesOfLog } from './log-lines.ts'
import { systemLogs } from './system-logs.ts'

const LINE =
  /\bsystemd-timesyncd(?:\[\d+\])?: (Timed out .*|Failed to resolve .*|Contacted .*|Initial .*|Synchroni[sz]ed .*)$/
/** Kept in a copy that is made of the machine. */
export const isOfTimesyncd = (line: string): boolean => LINE.test(line)

/** It asks again after seconds, then minutes. */
const LEAST = 5

/** Of the first log that has a word of it: others hold the same. */
export function findTimedOut(files: Files): Reported[] {
  for (const log of systemLogs(files)) {
    let spoke = false
    let vain: Reported[] = []
    for (const { text, path, line } of linesOfLog(files, log)) {
      const message = LINE.exec(text)?.[1]
      const said = message === undefined ? undefined : readMessage(message)
      if (message === undefined || !said) continue
      spoke = true
      if (said.what !== 'unreachable') vain = []
      else
        vain.push({
          says: message.startsWith('Failed') ? 'unresolved' : 'timed-out',
          source: said.source,
          size: undefined,
          evidence: at(path, text.trim(), line),
        })
    }
    if (spoke) return vain.length >= LEAST ? (['timed-out', 'unresolved'] as const).flatMap(lastOf(vain)) : []
  }
  return []
}

/** With how many there were. */
const lastOf =
  (vain: readonly Reported[]) =>
  (says: Reported['says']): Reported[] => {
    const those = vain.filter(each => each.says === says)
    return those.slice(-1).map(each => ({ ...each, size: those.length }))
  }
