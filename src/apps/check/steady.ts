/**
 * Where the processors' clocks differ, this very process must not be moved from one to another: its timers would go wrong, and
 * Node ends itself when it sees the monotonic clock go back behind where it began. So whoever goes on after a comparison begins
 * anew, kept to those that agree, and is told which ones are to be compared.
 */
import { type CpuClocks, goodCpus, oddOf } from '#analysis/cpus/clocks.ts'
import { formatCpuList, parseCpuList } from '#core/guest/cpu-list.ts'
import { runOn } from '#worlds/host/cpus/affinity.ts'
import { loadLibc } from '#worlds/libc.ts'
import { become } from '../cli/become.ts'

const COMPARED = 'CLOCKWRIGHT_COMPARED_CPUS'

/** Undefined in a process that has not begun anew: those on which it may run. */
export const cpusToCompare = (): number[] | undefined => parseCpuList(process.env[COMPARED] ?? '')

/** Does not return where the process begins anew. */
export async function stayOnGoodCpus(clocks: CpuClocks): Promise<void> {
  const loaded = loadLibc()
  const good = goodCpus(clocks)
  if (loaded.kind === 'missing' || process.env[COMPARED] !== undefined) return
  if (oddOf(clocks.compared).length === 0 || good.length === 0) return
  process.env[COMPARED] = formatCpuList(clocks.cpus.map(({ cpu }) => cpu))
  if (runOn(loaded.libc, good) !== undefined) return
  await become(
    process.execPath,
    [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    loaded.libc,
  )
  process.exit()
}
