/** Lists of processors as Linux writes them: `0-3,6` are five. */

/** No kernel is built for more. */
const MOST_CPUS = 8192

/** Words that are no range are passed over. */
export function parseCpuRanges(ranges: string): number[] {
  const cpus = new Set<number>()
  for (const range of ranges.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(range) ?? []
    if (first === undefined) continue
    for (let cpu = Number(first); cpu <= Math.min(Number(last), MOST_CPUS - 1); cpu++) cpus.add(cpu)
  }
  return [...cpus].sort((a, b) => a - b)
}
