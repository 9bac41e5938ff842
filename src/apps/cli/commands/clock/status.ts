/** `clockwright status`: the status at a glance. */
import type { Seconds } from '#core/time/units.ts'
import type { StatusBody } from '#report/bodies.ts'
import { statusText } from '#report/status.ts'
import { loadConfig } from '../../../daemon/config/load.ts'
import { effectiveAgent } from '../../../daemon/prepare.ts'
import { askAgent, ownStatus } from '../../agent-or-own.ts'
import { measureOnce, patience } from '../../measure.ts'
import { printJson, styler } from '../../print.ts'
import { Progress } from '../../progress.ts'

interface Options {
  json?: boolean
  config?: string
  maxError?: Seconds
}

/** Exit codes of ntpstat: synchronised, not, cannot tell. */
const SYNCHRONISED = 0
const NOT_SYNCHRONISED = 1
const CANNOT_TELL = 2

const SAMPLES = 2

export async function status(options: Options): Promise<void> {
  const told = await askAgent()
  const body = told ?? (await measure(options))
  if (options.json) printJson(body)
  else {
    process.stdout.write(statusText(body, styler()))
    if (!told)
      process.stdout.write(
        '\nNo agent runs here; this was measured just now. `clockwright run` watches the clock and keeps its history.\n',
      )
  }
  process.exitCode = judge(body, options.maxError)
}

async function measure({ config }: Options): Promise<StatusBody> {
  const { agent, sourcesFrom } = effectiveAgent(loadConfig(config))
  const progress = new Progress()
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  const measured = await measureOnce(agent.sources, {
    samples: SAMPLES,
    timeout: patience(SAMPLES),
    agent,
    signal: interrupted.signal,
    progress: ({ sources }) => progress.show(`no agent runs here; asking ${sources.length} sources …`),
  })
  progress.clear()
  return ownStatus(measured, sourcesFrom)
}

function judge({ clock }: StatusBody, maxError: Seconds | undefined): number {
  if (clock.offset === null || clock.errorBound === null) return CANNOT_TELL
  const worst = Math.abs(clock.offset) + clock.errorBound
  if (clock.state !== 'locked' || (maxError !== undefined && worst > maxError)) return NOT_SYNCHRONISED
  return SYNCHRONISED
}
