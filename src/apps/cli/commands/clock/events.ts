/**
 * `clockwright events`: what happened to this clock, from the history. The agent may be running meanwhile, or not; one that
 * keeps its history in memory only is asked.
 */
import { join } from 'node:path'
import { decimal } from '#core/time/format.ts'
import { type Instant, instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { type EventsBody, MOST_EVENTS, type RecordBody } from '#report/bodies.ts'
import { encodeRecord } from '#report/encode.ts'
import { eventLine } from '#report/events.ts'
import { openHistoryReadOnly } from '../../../daemon/history/open.ts'
import { stateDirectory } from '../../../daemon/places.ts'
import { findAgent, type Presence } from '../../../daemon/presence.ts'
import { Complaint } from '../../complain.ts'
import { OK, WARNING } from '../../exit.ts'
import { styler, toJson } from '../../print.ts'

interface Options {
  json?: boolean
  history?: string
  since: Seconds
  count: number
  samples?: boolean
}

const EVENTS = ['started', 'step', 'disruption', 'recovered', 'source', 'notice'] as const
const MEASUREMENTS = ['sample', 'estimate'] as const
const ANSWER_WITHIN_MS = 2000

export async function events(options: Options): Promise<void> {
  const agent = findAgent()
  const remembers = options.history === undefined && agent !== undefined && agent.history === undefined
  const path = options.history ?? agent?.history ?? join(stateDirectory(), 'history.db')
  const records = remembers ? await askFor(agent, options) : readFrom(path, options)
  const style = styler()
  for (const record of records) {
    process.stdout.write(options.json ? `${toJson(record)}\n` : eventLine(record, style))
  }
  if (records.length === 0 && !options.json) {
    const where = remembers ? 'in the memory of the agent' : `in ${path}`
    process.stdout.write(`Nothing is recorded ${where} for that time.\n`)
  }
  process.exitCode = records.length > 0 ? OK : WARNING
}

function readFrom(path: string, options: Options): RecordBody[] {
  const history = openHistoryReadOnly(path)
  try {
    const records = history.records({
      from: startOf(options),
      // What a clock that was ahead has written lies in the future of a clock that was put right.
      to: instant(2n ** 62n),
      kinds: kindsOf(options),
      limit: options.count,
    })
    return records.map(encodeRecord)
  } finally {
    history.close()
  }
}

async function askFor({ url, pid }: Presence, options: Options): Promise<readonly RecordBody[]> {
  const query = new URLSearchParams({
    from: decimal(startOf(options)),
    kinds: kindsOf(options).join(),
    limit: String(Math.min(options.count, MOST_EVENTS)),
  })
  try {
    const response = await fetch(new URL(`api/events?${query}`, url), {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return ((await response.json()) as EventsBody).records
  } catch {
    throw new Complaint(`the agent (pid ${pid}) keeps its history in memory, and does not answer on ${url}`)
  }
}

const kindsOf = ({ samples }: Options): TraceRecord['kind'][] =>
  samples ? [...EVENTS, ...MEASUREMENTS] : [...EVENTS]

const startOf = ({ since }: Options): Instant =>
  instant(BigInt(Date.now()) * 1_000_000n - BigInt(Math.round(since * 1e9)))
