/**
 * What can be done about processors whose clocks differ, in the order in which to try it. Nothing is done here.
 *
 * A processor that is taken off-line and brought back is set up anew, its clock included (field report 003 tried that).
 * The first one often cannot be taken off: Linux has no file `online` for it. When it is the odd one, all others are taken
 * off while a job runs, as the report did: then there is one clock, if not the right one. Keeping a job off the odd
 * processors changes nothing on the machine, and helps that job only.
 */
import type { CpuClocks } from './clocks.ts'
import { goodCpus, oddOf } from './clocks.ts'

export type ResyncStep =
  /** Run what needs the time on these only. */
  | { readonly kind: 'keep-to'; readonly cpus: readonly number[] }
  /** Off-line in this order, on-line in the opposite one, then compare again. */
  | { readonly kind: 'renew'; readonly cpus: readonly number[] }
  /** Off-line in this order, for as long as a job runs or until a restart: `left` is the one clock that remains. */
  | { readonly kind: 'leave-one'; readonly cpus: readonly number[]; readonly left: number }

/** `removable`: those that have a file `online`. Empty when all agree, or when nobody can tell who is odd. */
export function planResync(clocks: CpuClocks, removable: readonly number[]): ResyncStep[] {
  const odd = oddOf(clocks.compared)
  if (odd.length === 0) return []
  const good = goodCpus(clocks)
  const descending = (cpus: readonly number[]): number[] => [...cpus].sort((a, b) => b - a)
  const steps: ResyncStep[] = good.length > 0 ? [{ kind: 'keep-to', cpus: good }] : []
  const fixed = clocks.cpus.map(({ cpu }) => cpu).filter(cpu => !removable.includes(cpu))
  const renewable = odd.filter(cpu => removable.includes(cpu))
  if (renewable.length > 0) steps.push({ kind: 'renew', cpus: descending(renewable) })
  const [left, ...more] = fixed
  if (left !== undefined && odd.includes(left) && more.length === 0)
    steps.push({
      kind: 'leave-one',
      cpus: descending(clocks.cpus.map(({ cpu }) => cpu).filter(cpu => cpu !== left)),
      left,
    })
  return steps
}
