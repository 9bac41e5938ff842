/**
 * Carries out a plan: each step is written down, then taken, then looked at. When one fails, or what it did does not hold,
 * all that was done is taken back, the last first.
 */
import type { Change, Plan, Proof, Step } from '#diagnosis/repair/step.ts'
import { workAlone } from './alone.ts'
import { changeFile, fileReads, prepareFile } from './file-change.ts'
import { type Intent, Journal, type Outcome } from './journal.ts'
import { movableCpus, readSetting, renewCpus, run, takeOff, writeSetting } from './live-change.ts'
import { tellService } from './service.ts'
import { undoAll } from './undo.ts'

/** What a repair needs of its surroundings. */
export interface Ground {
  /** The machine's `/`. */
  readonly root: string
  /** The folder of all repairs. */
  readonly state: string
  /** Steps the clock by what the sources say now; says what went wrong. */
  stepClock(change: Extract<Change, { kind: 'clock' }>): Promise<string | undefined>
  /** The processors whose clocks differ from those of others, measured now. */
  oddCpus(): Promise<readonly number[]>
  /** Undefined when it holds, else what is wrong. */
  prove(proof: Exclude<Proof, { kind: 'reads' }>): Promise<string | undefined>
  tell(progress: {
    readonly step: number
    readonly what: 'begins' | 'holds' | 'fails' | 'undone'
    readonly why?: string
  }): void
  /** True when somebody wants it to end. */
  interrupted(): boolean
}

export interface Applied {
  readonly outcome: Outcome
  /** The number by which it is undone; nothing is left to undo after a clean roll-back. */
  readonly number: number | undefined
  readonly why: string | undefined
}

/** Throws `Busy` while another repair, or undo, is under way. */
export const applyPlan = (plan: Plan, id: string, ground: Ground): Promise<Applied> =>
  workAlone(ground.state, () => applyAlone(plan, id, ground))

async function applyAlone(plan: Plan, id: string, ground: Ground): Promise<Applied> {
  const journal = Journal.create(ground.state, {
    plan: id,
    root: ground.root,
    at: new Date().toISOString(),
    steps: plan.steps.map(({ title }) => title),
  })
  const number = Number(journal.folder.split('/').at(-1))
  for (const [index, step] of plan.steps.entries()) {
    const why = ground.interrupted() ? 'interrupted' : await take(step, index, journal, ground)
    if (why === undefined) continue
    journal.write({ what: 'failed', step: index, why })
    ground.tell({ step: index, what: 'fails', why })
    const stuck = await undoAll(journal, { root: ground.root, live: true, force: false, tell: ground.tell })
    if (stuck.length === 0) {
      journal.remove()
      return { outcome: 'rolled back', number: undefined, why }
    }
    journal.write({ what: 'end', outcome: 'stuck' })
    journal.close()
    return { outcome: 'stuck', number, why: [why, ...stuck].join('; ') }
  }
  journal.write({ what: 'end', outcome: 'applied' })
  journal.close()
  return { outcome: 'applied', number, why: undefined }
}

/** Undefined when the step was taken and holds, else what is wrong. */
async function take(
  step: Step,
  index: number,
  journal: Journal,
  ground: Ground,
): Promise<string | undefined> {
  ground.tell({ step: index, what: 'begins' })
  try {
    const intent = prepare(step.change, index, journal.folder, ground)
    journal.write({ what: 'intent', step: index, ...intent })
    const wrong = await change(step.change, intent, ground)
    if (wrong !== undefined) return wrong
    journal.write({ what: 'done', step: index })
    if (!reads(step.change, intent, ground.root)) return 'it does not read as it was written'
    const unproven = step.proof.kind === 'reads' ? undefined : await ground.prove(step.proof)
    if (unproven !== undefined) return unproven
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  journal.write({ what: 'verified', step: index })
  ground.tell({ step: index, what: 'holds' })
  return undefined
}

function prepare(change: Change, index: number, folder: string, { root }: Ground): Intent {
  switch (change.kind) {
    case 'file':
      return prepareFile(root, folder, change, index)
    case 'setting': {
      const before = readSetting(change.path)
      if (before !== change.before)
        throw new Error(`${change.path} reads ${before}, and read ${change.before} when the plan was made`)
      return { kind: 'setting', path: change.path, before, after: change.after }
    }
    case 'command':
    case 'service':
      return change
    case 'cpus':
      return { kind: 'cpus', cpus: movableCpus(change.cpus) }
    case 'clock':
      return { kind: 'clock' }
  }
}

async function change(change: Change, intent: Intent, ground: Ground): Promise<string | undefined> {
  if (change.kind === 'file' && intent.kind === 'file') changeFile(ground.root, intent, change.after)
  if (change.kind === 'setting') writeSetting(change.path, change.after)
  if (change.kind === 'cpus' && intent.kind === 'cpus') return renew(intent.cpus, ground)
  if (change.kind === 'service') return tellService(change)
  if (change.kind === 'clock') return ground.stepClock(change)
  if (change.kind === 'command') {
    const { ok, said } = await run(change.run)
    if (!ok) return `${change.run.join(' ')}: ${said || 'failed'}`
  }
  return undefined
}

async function renew(cpus: readonly number[], { oddCpus }: Ground): Promise<string | undefined> {
  if (cpus.length === 0) return 'none of these processors can be taken off line'
  await renewCpus(cpus)
  const odd = await oddCpus()
  takeOff(cpus.filter(cpu => odd.includes(cpu)))
  return undefined
}

function reads(change: Change, intent: Intent, root: string): boolean {
  if (change.kind === 'setting') return readSetting(change.path) === change.after
  return intent.kind !== 'file' || fileReads(root, intent)
}
