/** `clockwright query HOST…`: ask servers once. */
import type { Status } from '#core/agent/status.ts'
import type { Seconds } from '#core/time/units.ts'
import { queryText } from '#report/query.ts'
import { CRITICAL, OK, UNKNOWN, WARNING } from '../../exit.ts'
import { measureOnce, patience } from '../../measure.ts'
import { printJson, styler } from '../../print.ts'
import { Progress } from '../../progress.ts'
import { sourcesFor } from '../../server-argument.ts'

interface Options {
  json?: boolean
  samples: number
  timeout?: Seconds
  warning?: Seconds
  critical?: Seconds
}

export async function query(servers: string[], options: Options): Promise<void> {
  const progress = new Progress()
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  const status = await measureOnce(sourcesFor(servers), {
    samples: options.samples,
    timeout: options.timeout ?? patience(options.samples),
    signal: interrupted.signal,
    progress: ({ sources }) => {
      const answers = sources.reduce((sum, source) => sum + source.accepted, 0)
      progress.show(
        `asking ${servers.length === 1 ? servers[0] : `${servers.length} servers`} … ${answers} answers`,
      )
    },
  })
  progress.clear()
  if (options.json) printJson(body(status))
  else process.stdout.write(queryText(status, styler()))
  process.exitCode = judge(status, options)
}

function body(status: Status) {
  return {
    sources: status.sources.map(source => ({
      name: source.name,
      address: source.address,
      port: source.port,
      stratum: source.stratum,
      refid: source.refid,
      leap: source.leap,
      offset: source.offset,
      delay: source.delay,
      jitter: source.jitter,
      rootDistance: source.rootDistance,
      state: source.state,
      reason: source.reason,
      stampedBy: source.stampedBy,
      accepted: source.accepted,
      sent: source.sent,
      refusals: source.refusals,
      lastRefusal: source.lastRefusal,
    })),
    state: status.state,
    offset: status.offset,
    errorBound: status.errorBound,
    leap: status.leap,
    at: status.now.wall,
  }
}

/** By what the clock may be off at worst: an offset that is small but not known well is no good news. */
function judge({ offset, errorBound }: Status, { warning, critical }: Options): number {
  if (offset === undefined || errorBound === undefined) return UNKNOWN
  const worst = Math.abs(offset) + errorBound
  if (critical !== undefined && worst > critical) return CRITICAL
  return warning !== undefined && worst > warning ? WARNING : OK
}
