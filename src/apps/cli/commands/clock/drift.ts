/** `clockwright drift HOST`: report 000's loop (measure, sleep 60, repeat) without touching the clock. */
import { type Drift, findDrift, type Measured } from '#analysis/drift.ts'
import type { Status } from '#core/agent/status.ts'
import { rfc3339 } from '#core/time/format.ts'
import type { Monotonic } from '#core/time/instant.ts'
import { since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { driftLine, driftSummary } from '#report/drift.ts'
import { OK, WARNING } from '../../exit.ts'
import { measureOnce } from '../../measure.ts'
import { styler, toJson } from '../../print.ts'
import { Progress } from '../../progress.ts'
import { sourcesFor } from '../../server-argument.ts'
import { sleep } from '../../sleep.ts'

interface Options {
  json?: boolean
  interval: Seconds
  count?: number
}

/** Two samples a measurement: the second says how far the first can be trusted. */
const SAMPLES = 2
const PATIENCE: Seconds = 6

export async function drift(server: string, options: Options): Promise<void> {
  const sources = sourcesFor([server])
  const style = styler()
  const progress = new Progress()
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  process.once('SIGTERM', () => interrupted.abort())

  const measured: Measured[] = []
  let first: Monotonic | undefined
  let rounds = 0
  while (!interrupted.signal.aborted) {
    const began = process.hrtime.bigint()
    progress.show(`asking ${server} …`)
    const status = await measureOnce(sources, {
      samples: SAMPLES,
      timeout: PATIENCE,
      signal: interrupted.signal,
    })
    progress.clear()
    if (interrupted.signal.aborted && status.offset === undefined) break
    first ??= status.now.monotonic
    const at = since(status.now.monotonic, first)
    const { offset, errorBound } = status
    if (offset !== undefined && errorBound !== undefined) measured.push({ at, offset, errorBound })
    const found = findDrift(measured)
    say(status, at, found)
    if (++rounds === options.count) break
    const spent = Number(process.hrtime.bigint() - began) / 1e9
    await sleep(Math.max(0, options.interval - spent), interrupted.signal)
  }
  const found = findDrift(measured)
  if (options.json) print({ kind: 'summary', measurements: measured.length, ...numbers(found) })
  else process.stdout.write(`\n${driftSummary(measured, found, style)}\n`)
  process.exitCode = found ? OK : WARNING

  function say(status: Status, at: Seconds, found: Drift | undefined): void {
    const { offset, errorBound } = status
    if (options.json)
      print({ kind: 'measurement', at: status.now.wall, elapsed: at, offset, errorBound, ...numbers(found) })
    else process.stdout.write(driftLine({ time: rfc3339(status.now.wall, 0), status, drift: found }, style))
  }
}

const print = (value: unknown) => void process.stdout.write(`${toJson(value)}\n`)

const numbers = (drift: Drift | undefined) => ({
  driftPpm: drift && drift.rate * 1e6,
  standardErrorPpm: drift?.standardError !== undefined ? drift.standardError * 1e6 : undefined,
  leastPpm: drift && drift.least * 1e6,
  mostPpm: drift && drift.most * 1e6,
  secondsPerDay: drift && drift.rate * 86_400,
  standardErrorSecondsPerDay: drift?.standardError !== undefined ? drift.standardError * 86_400 : undefined,
})
