/** `clockwright check`: what is wrong, or will go wrong, with the time of this machine, or of one whose files were copied. */
import { worst } from '#diagnosis/finding.ts'
import { withoutSecretsDeep } from '#diagnosis/inventory/copy/secrets.ts'
import { checkMonitoring, checkScreen, encodeCheck } from '#report/machine/check.ts'
import { encodePlan } from '#report/machine/repair.ts'
import { examine, FORECAST_WITHIN } from '../../../check/examine.ts'
import { makePlan } from '../../../repair/make-plan.ts'
import { Complaint } from '../../complain.ts'
import { CRITICAL, OK, WARNING } from '../../exit.ts'
import { printJson, styler } from '../../print.ts'
import { Progress } from '../../progress.ts'

interface Options {
  readonly root?: string
  readonly config?: string
  readonly pause: number
  readonly offline?: boolean
  readonly json?: boolean
  readonly monitoring?: boolean
}

const EXIT = { good: OK, note: OK, warning: WARNING, critical: CRITICAL } as const
const WIDEST = 120

export async function check({
  root = '/',
  config,
  pause,
  offline,
  json,
  monitoring,
}: Options): Promise<void> {
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt)
  const progress = new Progress()
  progress.show(root === '/' ? 'looking at this machine and asking its servers …' : `reading ${root} …`)
  const checked = await examine({
    root,
    config,
    pause,
    within: FORECAST_WITHIN,
    measure: !offline,
    signal: interrupted.signal,
  })
  progress.clear()
  process.removeListener('SIGINT', interrupt)
  if (interrupted.signal.aborted) throw new Complaint('interrupted', 130)
  // Output is mailed and pasted; the plan is made of what really stands there.
  const shown = withoutSecretsDeep(checked)
  if (json) printJson({ ...encodeCheck(shown), plan: encodePlan(makePlan(checked, root)) })
  else if (monitoring) process.stdout.write(checkMonitoring(shown))
  else process.stdout.write(checkScreen(shown, Math.min(process.stdout.columns ?? 100, WIDEST), styler()))
  process.exitCode = EXIT[worst(checked.findings)]
}
