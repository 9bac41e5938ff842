/** `clockwright repair`: a plan, shown; with --apply carried out, step by step, and undone when it does not hold. */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '#diagnosis/finding.ts'
import type { Plan } from '#diagnosis/repair/step.ts'
import { encodePlan, leftScreen, planScreen, type Shown } from '#report/machine/repair.ts'
import { printable } from '#report/table.ts'
import { examine } from '../../../check/examine.ts'
import { applyPlan } from '../../../repair/apply.ts'
import { oddCpus, prove, stepClock } from '../../../repair/ground.ts'
import { makePlan } from '../../../repair/make-plan.ts'
import { placeBelow } from '../../../repair/place.ts'
import { Complaint } from '../../complain.ts'
import { CRITICAL, OK, UNKNOWN, WARNING } from '../../exit.ts'
import { printJson, styler } from '../../print.ts'
import { Progress } from '../../progress.ts'

interface Options {
  readonly root?: string
  readonly config?: string
  readonly only?: readonly string[]
  readonly except?: readonly string[]
  readonly offline?: boolean
  readonly apply?: boolean
  readonly yes?: boolean
  readonly plan?: string
  readonly state?: string
  readonly json?: boolean
}

const WIDEST = 110
const PAUSE: Seconds = 4.3
/** A plan must not depend on how busy the machine is, and nobody waits for it as for an alarm. */
const FORECAST_WITHIN: Seconds = 60

/** Where repairs are kept, below the root of the machine that they are of. */
export const stateOf = ({ root = '/', state }: { readonly root?: string; readonly state?: string }): string =>
  state ?? placeBelow(resolve(root), '/var/lib/clockwright/repairs')

export async function repair(options: Options): Promise<void> {
  const { json } = options
  const root = resolve(options.root ?? '/')
  if (statSync(root, { throwIfNoEntry: false })?.isFile())
    throw new Complaint(
      `${root} is a file, and nothing in it can be replaced: \`clockwright check --root ${root}\` says what is to be done; for the plan unpack it (tar -xf), and say --root with the folder that holds etc; it is carried out on the machine itself`,
    )
  if (!existsSync(join(root, 'etc')))
    throw new Complaint(
      `what is to be repaired must be the folder that holds etc, as a mounted disk does: ${root} does not`,
    )
  const shown = await planFor({ ...options, root })
  const { steps, advice } = shown.plan
  const nothing = steps.length === 0
  if (json && !options.apply) printJson(encodePlan(shown))
  else if (!json)
    process.stdout.write(planScreen(shown, Math.min(process.stdout.columns ?? 100, WIDEST), styler()))
  if (!options.apply) {
    process.exitCode = nothing && advice.length === 0 ? OK : WARNING
    if (!json && !nothing)
      process.stdout.write(
        '\nNothing was changed. `clockwright repair --apply` asks once more, and does it.\n',
      )
    return
  }
  if (nothing) {
    process.exitCode = advice.length === 0 ? OK : WARNING
    if (json)
      printJson({
        plan: shown.id,
        outcome: 'nothing to do',
        repair: null,
        why: null,
        left: titlesOf(shown.plan),
      })
    else if (advice.length > 0) console.log('\nNothing of that can be done from here.')
    return
  }
  if (options.plan !== undefined && options.plan !== shown.id)
    throw new Complaint(
      `the plan is ${shown.id} now, and not ${options.plan}: something changed; look at it again`,
    )
  if (!options.yes && options.plan === undefined) await agree(shown.plan)
  await carryOut(shown, root, options)
}

async function planFor({ root = '/', config, only, except, offline }: Options): Promise<Shown> {
  const progress = new Progress()
  progress.show('looking for what is to be repaired …')
  const checked = await examine({
    root,
    config,
    pause: PAUSE,
    within: FORECAST_WITHIN,
    measure: !offline,
    signal: new AbortController().signal,
    choice: { only, except },
  })
  progress.clear()
  for (const name of [...(only ?? []), ...(except ?? [])])
    if (!checked.findings.some(finding => finding.name === name))
      throw new Complaint(`${name} was not found here; found were: ${names(checked.findings) || 'nothing'}`)
  return makePlan(checked, root, { only, except })
}

const titlesOf = ({ advice }: Plan): string[] => advice.map(({ title }) => title)

const names = (findings: readonly Finding[]): string =>
  [...new Set(findings.map(({ name }) => name))].join(', ')

async function agree({ steps }: Plan): Promise<void> {
  if (!process.stdin.isTTY)
    throw new Complaint('nobody is there to ask; look at the plan, and say --plan ID or --yes to agree')
  const asker = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await asker.question(
    `\nDo ${steps.length === 1 ? 'this step' : `these ${steps.length} steps`}? [y/N] `,
  )
  asker.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new Complaint('nothing was changed', OK)
}

async function carryOut({ id, plan }: Shown, root: string, options: Options): Promise<void> {
  let interrupted = false
  const interrupt = () => {
    interrupted = true
    console.error('clockwright: this step is finished, then all is taken back …')
  }
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const style = styler(process.stderr)
  const { outcome, number, why } = await applyPlan(plan, id, {
    root,
    state: stateOf(options),
    stepClock,
    oddCpus,
    prove,
    interrupted: () => interrupted,
    tell({ step, what, why: reason }) {
      const title = printable(plan.steps[step]?.title ?? '')
      if (what === 'begins') console.error(`${step + 1}. ${title} …`)
      if (what === 'holds') console.error(style('green', '   done, and it holds'))
      if (what === 'fails') console.error(style('red', `   ${printable(reason ?? '')}`))
      if (what === 'undone') console.error(`   taken back: ${title}`)
    },
  })
  const left = plan.advice.length > 0
  if (options.json)
    printJson({ plan: id, outcome, repair: number ?? null, why: why ?? null, left: titlesOf(plan) })
  else if (outcome === 'applied')
    console.log(
      `\n${left ? 'The steps are done, and that is not all' : 'Done'}. \`clockwright repair undo ${number}\` takes ${left ? 'them' : 'it'} back.${left ? `\n${leftScreen(plan, styler())}` : ''}`,
    )
  else if (outcome === 'rolled back')
    console.log(`\nEverything is as it was before: ${printable(why ?? '')}.`)
  else
    console.log(
      `\nIt failed, and not all of it could be taken back: ${printable(why ?? '')}.\nPut that right, then: clockwright repair undo ${number}`,
    )
  process.exitCode =
    outcome === 'applied' ? (left ? WARNING : OK) : outcome === 'rolled back' ? CRITICAL : UNKNOWN
}
