/**
 * Lists of processors as Linux and taskset write them: `0,2-5`. (Documentation/admin-guide/cputopology.rst; a stride as in
 * `0-6:2` is taskset's.)
 */

/** More than any Linux has (CONFIG_NR_CPUS is 8192 at most). */
const MOST = 8192

/** In order, each once; undefined when it is no such list. */
export function parseCpuList(text: string): number[] | undefined {
  const cpus = new Set<number>()
  for (const part of text.trim().split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5})(?::([1-9]\d{0,4}))?)?$/.exec(part.trim())
    if (!match) return undefined
    const [first, last, stride] = [Number(match[1]), Number(match[2] ?? match[1]), Number(match[3] ?? 1)]
    if (last < first || last >= MOST) return undefined
    for (let cpu = first; cpu <= last; cpu += stride) cpus.add(cpu)
  }
  return [...cpus].sort((a, b) => a - b)
}

/** The inverse, as short as it can be. */
export function formatCpuList(cpus: readonly number[]): string {
  const runs: [first: number, last: number][] = []
  for (const cpu of [...new Set(cpus)].sort((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run && run[1] === cpu - 1) run[1] = cpu
    else runs.push([cpu, cpu])
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
