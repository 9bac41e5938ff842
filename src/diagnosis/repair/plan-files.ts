/**
 * The files of a plan: all edits of one file become one step. What the distribution brings is overruled, not edited; two edits
 * that contradict each other are left to a person, and so is a file that cannot be read.
 */
import type { Inventory } from '#core/guest/inventory.ts'
import type { FindingName } from '../finding.ts'
import type { OfKind } from './action.ts'
import { isOfDistribution, overrulingPath, overrulingText } from './drop-in.ts'
import { type Edit, mergeEdits } from './edit.ts'
import { riskOf } from './file-risk.ts'
import type { Ground } from './ground.ts'
import { atItsSource, madeFrom } from './made-from.ts'
import { whyNotOurs } from './not-ours.ts'
import { type Advice, distinct, type FileChange, type Proof, type Reason, type Step } from './step.ts'
import { planSysctl } from './sysctl.ts'
import { comesBackIn } from './written-by.ts'

export interface PlannedFiles {
  readonly steps: readonly (Step & { readonly change: FileChange })[]
  readonly advice: readonly Advice[]
  readonly rewritten: readonly Rewritten[]
}

/** Whoever reads this reads something else afterwards: it was written, or overruled. */
export interface Rewritten {
  readonly path: string
  readonly reasons: readonly Reason[]
}

type Edits = OfKind<'edit' | 'write-file'>

export function planFiles(
  edits: readonly Edits[],
  sysctls: readonly OfKind<'sysctl'>[],
  inventory: Inventory,
  ground: Ground,
): PlannedFiles {
  const all: Edits[] = [
    ...edits,
    ...edits.flatMap(edit => atItsSource(edit, inventory) ?? []),
    ...sysctls.map(action => ({ ...planSysctl(action, inventory, ground.content), reason: action.reason })),
  ]
  const planned = [...new Set(all.map(({ file }) => file))].map(path => ({
    path,
    ...planFile(
      path,
      all.filter(({ file }) => file === path),
      inventory,
      ground,
    ),
  }))
  return {
    steps: planned.flatMap(({ step }) => step ?? []),
    advice: planned.flatMap(({ advice }) => advice),
    rewritten: planned.flatMap(({ path, step }) => (step ? [{ path, reasons: step.reasons }] : [])),
  }
}

interface PlannedFile {
  readonly step: (Step & { readonly change: FileChange }) | undefined
  readonly advice: readonly Advice[]
}

function planFile(path: string, edits: readonly Edits[], inventory: Inventory, ground: Ground): PlannedFile {
  const content = ground.content(path)
  const target = isOfDistribution(path) ? overrulingPath(path) : path
  const there = target === path ? content : ground.content(target)
  const reasons = distinct(edits.map(({ reason }) => reason))
  const closed = [content, there].find(each => each.kind === 'closed')?.why ?? whyNot(path, inventory)
  if (closed) return { step: undefined, advice: [byHand(path, reasons, edits, closed)] }
  const before = content.kind === 'read' ? content.bytes : undefined
  const start = edits.reduce((text, edit) => (edit.kind === 'write-file' ? edit.text : text), before)
  const groups = reasons.map(reason => edits.filter(edit => isFor(edit, reason)))
  const { text, refused } = mergeEdits(
    start ?? '',
    groups.map(group => group.flatMap(edit => (edit.kind === 'edit' ? [edit.edit] : []))),
  )
  const left = refused.map(({ group, why }) => byHand(path, [reasons[group]!], groups[group]!, why))
  if (text === before) return { step: undefined, advice: left }
  const old = there.kind === 'read' ? there.bytes : undefined
  const result = target === path ? text : overrulingText(path, before ?? '', text, old)
  const done = reasons.filter((_, index) => !refused.some(({ group }) => group === index))
  return {
    step: {
      ...fileStep(target, old, result, done),
      risk: risksOf(target, old, edits, inventory),
      proof: proofOf(target, inventory, ground),
    },
    advice: left,
  }
}

const isFor = ({ reason }: Edits, { finding, text }: Reason): boolean =>
  reason.finding === finding && reason.text === text

const byHand = (path: string, reasons: readonly Reason[], edits: readonly Edits[], why: string): Advice => ({
  title: `Edit ${path} by hand`,
  reasons,
  where: `It is not done here: ${why}.`,
  lines: edits.flatMap(edit => (edit.kind === 'edit' ? said(edit.edit) : edit.text.split('\n'))),
})

const said = ({ kind, line, text }: Edit): string[] => {
  if (kind === 'delete') return [`line ${line}: take it out`]
  return text.split('\n').map(each => (kind === 'replace' ? `line ${line}: ${each.trim()}` : each))
}

const fileStep = (path: string, before: string | undefined, after: string, reasons: readonly Reason[]) => ({
  title: before === undefined ? `Write ${path}` : `Edit ${path}`,
  reasons,
  change: { kind: 'file', path, before, after } as const,
  undone: before === undefined ? 'The file is removed.' : 'The old file is put back, to the byte.',
})

const whyNot = (path: string, inventory: Inventory): string | undefined =>
  madeFrom(path, inventory) ? undefined : whyNotOurs(path)

/** What is changed where the file comes from, too, stays. */
function risksOf(
  path: string,
  before: string | undefined,
  edits: readonly Edits[],
  inventory: Inventory,
): string {
  const stays = edits.every(edit => atItsSource(edit, inventory))
  return [stays ? undefined : comesBackIn(path, before ?? ''), riskOf(path), riskOfSteps(edits, inventory)]
    .filter(Boolean)
    .join(' ')
}

/** They let a daemon step that might not. */
const LET_STEP: readonly FindingName[] = ['slew-only', 'never-steps', 'makestep-expires']

function riskOfSteps(edits: readonly Edits[], { clusterware }: Inventory): string | undefined {
  const named = edits.map(({ reason }) => reason.finding)
  if (!clusterware || !named.some(name => LET_STEP.includes(name))) return undefined
  return `Oracle Clusterware is here (${clusterware.value}): once the daemon steps the clock, it may shut this node down${named.includes('slew-only') ? ', and its own check asks for `-x` (PRVF-5439)' : ''}. Ask whoever runs it first.`
}

/** chronyd says what it thinks of a configuration (-p, since 4.0) before it has to live with it. */
function proofOf(path: string, { daemons }: Inventory, { live }: Ground): Proof {
  const chronyd = daemons.find(
    ({ name, configuration }) => name === 'chronyd' && configuration.some(each => each.path === path),
  )
  const able = chronyd?.version && Number.parseInt(chronyd.version.value, 10) >= 4
  const main = chronyd?.configuration[0]?.path
  return live && able && main ? { kind: 'accepts', run: ['chronyd', '-p', '-f', main] } : { kind: 'reads' }
}
