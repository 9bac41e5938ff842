/** Examines a machine's copy, and applies and undoes a plan below its root; what needs a clock is refused. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { examine } from '../../src/apps/check/examine.ts'
import { applyPlan } from '../../src/apps/repair/apply.ts'
import { undoRepair } from '../../src/apps/repair/undo.ts'

/** What is found below a root, without a network. */
export const examineHere = (root: string, only?: readonly string[]) =>
  examine({
    root,
    config: undefined,
    pause: 4.3,
    within: 60,
    measure: false,
    signal: new AbortController().signal,
    choice: { only },
  })

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
