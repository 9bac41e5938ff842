/** `clockwright repair undo` and `repair list`: what was repaired, and how it is taken back. */
import { join, resolve } from 'node:path'
import { printable } from '#report/table.ts'
import { type Outcome, readJournal, repairsIn } from '../../../repair/journal.ts'
import { undoRepair } from '../../../repair/undo.ts'
import { Complaint } from '../../complain.ts'
import { CRITICAL, OK } from '../../exit.ts'
import { printJson } from '../../print.ts'
import { stateOf } from './repair.ts'

interface Options {
  readonly root?: string
  readonly state?: string
  readonly force?: boolean
  readonly json?: boolean
}

export async function undo(number: number | undefined, options: Options): Promise<void> {
  const root = resolve(options.root ?? '/')
  const state = stateOf(options)
  const undone = await undoRepair(state, number, {
    root,
    live: root === '/',
    force: options.force ?? false,
    tell: ({ step }) => options.json || console.error(`   step ${step + 1} is taken back`),
  })
  if (!undone)
    throw new Complaint(
      number === undefined
        ? `no repair is kept in ${state}`
        : `there is no repair ${number} in ${state}; see: clockwright repair list`,
    )
  if (options.json) printJson(undone)
  else if (undone.stuck.length === 0)
    console.log(`Repair ${undone.number} is undone: everything is as it was before.`)
  else {
    for (const why of undone.stuck) console.error(`clockwright: ${printable(why)}`)
    console.error(
      `clockwright: not all of repair ${undone.number} is undone; what was kept lies in ${join(state, String(undone.number))}, to be removed when that is settled`,
    )
  }
  process.exitCode = undone.stuck.length === 0 ? OK : CRITICAL
}

export function list(options: Options): void {
  const state = stateOf(options)
  const repairs = repairsIn(state).map(number => {
    const { entries, damage } = readJournal(join(state, String(number)))
    const begin = entries.find(entry => entry.what === 'begin')
    const end = entries.find(entry => entry.what === 'end')
    const undone = entries.flatMap(entry => (entry.what === 'undone' ? [entry.step + 1] : []))
    return {
      number,
      at: begin?.what === 'begin' ? begin.at : null,
      steps: begin?.what === 'begin' ? begin.steps : [],
      /** The numbers of those that were taken back; an undo of all would have left nothing. */
      undone,
      outcome: outcomeOf(damage.length > 0, undone.length > 0, end?.what === 'end' ? end.outcome : undefined),
    }
  })
  if (options.json) return printJson({ repairs })
  if (repairs.length === 0) console.log(`No repair is kept in ${state}.`)
  for (const { number, at, steps, outcome, undone } of repairs) {
    console.log(`${number}  ${at ?? ''}  ${outcome}`)
    for (const [index, step] of steps.entries())
      console.log(`     ${printable(step)}${undone.includes(index + 1) ? '   (taken back)' : ''}`)
  }
}

/** A roll-back that got stuck says more than that some of it was done. */
function outcomeOf(damaged: boolean, begunToUndo: boolean, end: Outcome | undefined): string {
  if (damaged) return 'damaged'
  if (begunToUndo && end !== 'stuck') return 'partly undone'
  return end ?? 'interrupted'
}
