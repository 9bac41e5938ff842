/**
 * The log of a machine, judged by the rules of `analyze`: what it tells of the rate of the clock, of what the clock starts with, and of
 * a daemon that ended itself. The pauses and steps in it are told by `stepped-in-run`, which knows the machine.
 */
import { wordsOfStarts } from '#analysis/log/corrections/corrections-said.ts'
import { HostLog } from '#analysis/log/host-log.ts'
import { InOrder } from '#analysis/log/order/in-order.ts'
import { grouped } from '#core/grouped.ts'
import type { Files } from '#core/guest/files.ts'
import { instantAt } from '#core/time/civil.ts'
import { rfc3339 } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, Piece } from '#core/trace/series.ts'
import { LOG_FORMATS } from '#dialects/formats.ts'
import { baseDayOf } from '#dialects/log/base-day.ts'
import { MONTHS } from '#dialects/log/months.ts'
import { Router } from '#dialects/log/router.ts'
import { BEGINNING, isOfSeveralHosts } from '#dialects/log/several-hosts.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { readStamp } from '#dialects/log/stamp.ts'
import type { Evidence, Finding } from '../finding.ts'
import { type LogLine, linesOfLog, MOST_LOG } from '../inventory/logs/log-lines.ts'
import { isOfDaemon } from '../inventory/logs/messages.ts'
import { systemLogs } from '../inventory/logs/system-logs.ts'
import { at } from '../inventory/place.ts'
import type { Rule } from '../rule.ts'
import { frequencyFarOff } from '../rules/frequency-far-off.ts'
import { frequencySaturated } from '../rules/frequency-saturated.ts'
import { panicExitAhead } from '../rules/panic-exit-ahead.ts'
import { wrongAtStart } from '../rules/wrong-at-start.ts'
import { type Subject, subjectOf } from '../subject.ts'

const RULES: readonly Rule[] = [frequencyFarOff, frequencySaturated, panicExitAhead, wrongAtStart]
const JUDGED: readonly Daemon[] = ['chrony', 'ntpd']
/** Stamps that name no year get one: of this one all days are there. */
const SOME_DAY = 10_957
const ANOTHER_DAY = SOME_DAY + 4000

/** Of the first log that has a word of such a daemon: others hold the same. */
export function toldByLog(files: Files): Finding[] {
  for (const log of systemLogs(files)) {
    const lines = linesOfLog(files, log)
    if (!lines.some(({ text }) => isOfDaemon(text))) continue
    const parts = [...grouped(lines, ({ path }) => path).values()]
    const evidenceIn = ({ file = 0, line }: Evidence): Evidence[] => {
      const found = line === undefined ? undefined : parts[file]?.[line - 1]
      return found ? [at(found.path, found.text.trim(), found.line)] : []
    }
    return subjectsIn(files, parts).flatMap(subject =>
      RULES.flatMap(rule => rule(subject))
        .filter(finding => !isOver(finding, subject))
        .map(finding => ({
          ...finding,
          from: undefined,
          to: undefined,
          evidence: finding.evidence.flatMap(evidenceIn),
        })),
    )
  }
  return []
}

/**
 * A clock that runs wrong is set again and again: what the last day shows no more has been mended. Whoever had ended itself and was
 * started anew runs.
 */
function isOver(
  { name, to = Number.NEGATIVE_INFINITY, evidence }: Finding,
  { log, keeper }: Subject,
): boolean {
  if (name === 'wrong-at-start') return false
  if (name !== 'panic-exit-ahead') return log.events.all.some(({ at }) => at > to + DAY)
  const { file = 0, line = 0 } = evidence.at(-1) ?? {}
  return wordsOfStarts(log, keeper.daemon).some(
    start => start.file > file || (start.file === file && start.line > line),
  )
}
const DAY: Seconds = 86_400

/** Of a log in parts, the oldest first. None where it has the lines of other machines, too. */
function subjectsIn(files: Files, parts: readonly (readonly LogLine[])[]): Subject[] {
  const read = parts.map(([line]) => files.read(line!.path, MOST_LOG))
  const bytes = read.flatMap(each => (each.kind === 'read' ? each.bytes : []))
  if (bytes.some(each => isOfSeveralHosts(each.subarray(0, BEGINNING), SOME_DAY))) return []
  const stamped = parts.flat().find(({ text }) => readStamp(text, SOME_DAY))?.text
  const begins = stamped === undefined ? [] : [readStamp(stamped, SOME_DAY)!.at]
  const baseDay = baseDayOf(begins)
  const log = new HostLog()
  const sources = new SourceTable()
  for (const [file, each] of bytes.entries()) {
    const inOrder = new InOrder(piece => log.tell(piece))
    const tell = (piece: Piece) => inOrder.tell(piece)
    const router = new Router(LOG_FORMATS, { baseDay, nearDay: SOME_DAY, file, sources, tell })
    router.push(each)
    router.finish()
    inOrder.flush()
  }
  log.settleZone()
  const yearless = stamped !== undefined && readStamp(stamped, ANOTHER_DAY)?.at !== begins[0]
  return log.daemons
    .filter(daemon => JUDGED.includes(daemon))
    .map(daemon => subjectOf({ log, daemon, baseDay, sourceNames: sources.names }))
    .map(subject => (yearless ? { ...subject, when: at => withoutYear(at, baseDay) } : subject))
}

/** As the log has it. */
function withoutYear(at: Seconds, baseDay: number): string {
  const [, month, day, time] = /^\d+-(\d\d)-(\d\d)T([\d:]+)Z$/.exec(rfc3339(instantAt(at, baseDay), 0)) ?? []
  return `${MONTHS[Number(month) - 1]} ${Number(day)} ${time}`
}
