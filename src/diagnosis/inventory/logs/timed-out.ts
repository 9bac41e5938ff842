/**
 * That systemd-timesyncd gets no reply, in the logs of the system: how often since it last reached a server. It says so of each server that
 * it tries, and one that is lost now and then means nothing.
 */
import type { Files } from '#core/guest/files.ts'
import type { Reported } from '#core/guest/inventory.ts'
import { readMessage } from '#dialects/timesyncd/messages.ts'
import { at, linesIn } from '../place.ts'
import { MOST_LOG } from './messages.ts'
import { SYSTEM_LOGS } from './steps.ts'

const LINE = /\bsystemd-timesyncd(?:\[\d+\])?: (Timed out .*|Contacted .*|Initial .*|Synchroni[sz]ed .*)$/
/** It asks again after seconds, then minutes. */
const LEAST = 5

/** Of the first log that has a word of it: others hold the same. */
export function findTimedOut(files: Files): Reported[] {
  for (const path of SYSTEM_LOGS) {
    let spoke = false
    let times = 0
    let last: Reported | undefined
    for (const [index, line] of linesIn(files, path, MOST_LOG).entries()) {
      const message = LINE.exec(line)?.[1]
      const said = message === undefined ? undefined : readMessage(message)
      if (!said) continue
      spoke = true
      times = said.what === 'unreachable' ? times + 1 : 0
      last = {
        says: 'timed-out',
        source: said.source,
        size: times,
        evidence: at(path, line.trim(), index + 1),
      }
    }
    if (spoke) return last && times >= LEAST ? [last] : []
  }
  return []
}
