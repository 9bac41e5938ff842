/**
 * On which processors a thread runs (sched_setaffinity(2)). Linux keeps this for each thread; both calls here are for the
 * one that makes them. What comes back are the processors that are on-line and that the cpuset of our control group
 * allows.
 */
import type { Libc } from '../../libc.ts'

/** A bit for each of 8192 processors, which is the most that Linux can be built for. */
const MASK_BYTES = 1024

/** In order; undefined when the kernel does not say. */
export function allowedCpus(libc: Libc): number[] | undefined {
  const { address, bytes } = libc.buffer('affinity', MASK_BYTES)
  bytes.fill(0)
  if (libc.schedGetaffinity(0, MASK_BYTES, address) !== 0) return undefined
  return Array.from({ length: 8 * MASK_BYTES }, (_, cpu) => cpu).filter(
    cpu => (bytes[cpu >> 3]! >> (cpu & 7)) & 1,
  )
}

/** → undefined, or the name of the error: EINVAL when none of them is on-line and allowed. */
export function runOn(libc: Libc, cpus: readonly number[]): string | undefined {
  const { address, bytes } = libc.buffer('affinity', MASK_BYTES)
  bytes.fill(0)
  for (const cpu of cpus) bytes[cpu >> 3]! |= 1 << (cpu & 7)
  return libc.schedSetaffinity(0, MASK_BYTES, address) === 0 ? undefined : libc.errno()
}
