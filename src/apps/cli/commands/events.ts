/** `clockwright events`: what happened to this clock, from the history. The agent may be running meanwhile, or not. */
import { join } from 'node:path'
import { instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { encodeRecord } from '#report/encode.ts'
import { eventLine } from '#report/events.ts'
import { openHistoryReadOnly } from '../../daemon/history/open.ts'
import { stateDirectory } from '../../daemon/places.ts'
import { findAgent } from '../../daemon/presence.ts'
import { OK, WARNING } from '../exit.ts'
import { styler, toJson } from '../print.ts'

interface Options {
  json?: boolean
  history?: string
  since: Seconds
  count: number
  samples?: boolean
}

const EVENTS = ['started', 'step', 'disruption', 'recovered', 'source', 'notice'] as const
const MEASUREMENTS = ['sample', 'estimate'] as const

export function events(options: Options): void {
  const path = options.history ?? findAgent()?.history ?? join(stateDirectory(), 'history.db')
  const history = openHistoryReadOnly(path)
  try {
    const now = BigInt(Date.now()) * 1_000_000n
    const records = history.records({
      from: instant(now - BigInt(Math.round(options.since * 1e9))),
      // What a clock that was ahead has written lies in the future of a clock that was put right.
      to: instant(2n ** 62n),
      kinds: options.samples ? [...EVENTS, ...MEASUREMENTS] : EVENTS,
      limit: options.count,
    })
    const style = styler()
    for (const record of records) {
      const body = encodeRecord(record)
      process.stdout.write(options.json ? `${toJson(body)}\n` : eventLine(body, style))
    }
    if (records.length === 0 && !options.json)
      process.stdout.write(`Nothing is recorded in ${path} for that time.\n`)
    process.exitCode = records.length > 0 ? OK : WARNING
  } finally {
    history.close()
  }
}
