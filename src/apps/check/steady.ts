/**
 * Where the processors' clocks differ, this very process must not be moved from one to the other: its timers would go wrong, and
 * Node ends itself when it sees the monotonic clock go back. So whoever goes on after a comparison stays on those that agree.
 */
import { type CpuClocks, goodCpus, oddOf } from '#analysis/cpus/clocks.ts'
import { runOn } from '#worlds/host/cpus/affinity.ts'
import { loadLibc } from '#worlds/libc.ts'

export function stayOnGoodCpus(clocks: CpuClocks): void {
  const loaded = loadLibc()
  const good = goodCpus(clocks)
  if (loaded.kind === 'missing' || oddOf(clocks.compared).length === 0 || good.length === 0) return
  runOn(loaded.libc, good)
}
