/** One of the logs in test/vectors/logs, analysed, and held against what is known of it. */
import { fileURLToPath } from 'node:url'
import { readLogs } from '#apps/analyze/read.ts'
import type { Seconds } from '#core/time/units.ts'
import { type Explained, explainHost } from '#diagnosis/explain.ts'
import type { Truth } from './truths.ts'

const LOGS = fileURLToPath(new URL('../../vectors/logs/', import.meta.url))
const LIMIT = 1e9
/** Of a jump's size; and of its time, since a pause begins within a second of the simulator. */
const SHARE = 0.1
const SLACK: Seconds = 1

export async function analyse(sample: string): Promise<Explained> {
  const { hosts, baseDay } = await readLogs([`${LOGS}${sample}`], { limit: LIMIT })
  const [host] = hosts
  if (!host || hosts.length > 1) throw new Error(`${sample} has ${hosts.length} hosts`)
  return explainHost({ name: sample, log: host.log, baseDay, sourceNames: host.sources.names })
}

export interface Compared {
  readonly missing: readonly string[]
  readonly invented: readonly string[]
}

export function compare(truth: Truth, host: Explained): Compared {
  const missing: string[] = []
  const invented: string[] = []
  const names = [...new Set(host.findings.filter(({ severity }) => severity !== 'note').map(f => f.name))]
  missing.push(...truth.findings.filter(name => !names.includes(name)))
  invented.push(...names.filter(name => !truth.findings.includes(name)))
  if (truth.jumps) jumps(truth.jumps, host, missing, invented)
  for (const { finding, measure, value, within } of truth.measures ?? []) {
    const found = host.findings.find(({ name }) => name === finding)?.measures[measure]
    if (found === undefined || !(Math.abs(found - value) <= within * Math.abs(value)))
      missing.push(`${finding} ${measure} ${value}: found ${found}`)
  }
  const said = host.findings.map(({ what }) => what).join('\n')
  for (const words of truth.says ?? []) if (!said.includes(words)) missing.push(words)
  return { missing, invented }
}

function jumps(
  known: NonNullable<Truth['jumps']>,
  host: Explained,
  missing: string[],
  invented: string[],
): void {
  const left = [...host.disturbances]
  for (const { at, size } of known) {
    const time = Date.parse(at) / 1e3 - host.baseDay * 86_400
    const i = left.findIndex(
      each =>
        each.from - SLACK <= time &&
        each.to + SLACK >= time &&
        Math.abs(each.size - size) <= SHARE * Math.abs(size),
    )
    if (i < 0) missing.push(`jump of ${size} s at ${at}`)
    else left.splice(i, 1)
  }
  invented.push(...left.map(({ size, from }) => `jump of ${size} s at ${from}`))
}
