/** Applies and undoes a plan below a root; what needs a clock is refused. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyPlan } from '../../src/apps/repair/apply.ts'
import { undoRepair } from '../../src/apps/repair/undo.ts'

export const stateOf = (root: string): string => join(root, 'var/lib/clockwright/repairs')

/** The plan lies beside the root. */
export const applyHere = (root: string) =>
  applyPlan(JSON.parse(readFileSync(`${root}.plan`, 'utf8')), 'test', {
    root,
    state: stateOf(root),
    stepClock: async () => undefined,
    oddCpus: async () => [],
    prove: async proof => (proof.kind === 'clock' ? 'the clock is wrong' : undefined),
    tell: () => {},
    interrupted: () => false,
  })

export const undoHere = (root: string) =>
  undoRepair(stateOf(root), undefined, { root, live: true, force: false, tell: () => {} })
