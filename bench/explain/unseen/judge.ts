/** What an analysis found in the logs of a story, held against what was drawn for it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { readLogs } from '#apps/analyze/read.ts'
import { type Explained, explainHost } from '#diagnosis/explain.ts'
import { START_DATE } from '../../clknetsim/simulate.ts'
import type { Jump, Story } from './stories.ts'

/** Of a jump's size; and of its time, since stamps are whole seconds. */
const SHARE = 0.1
const SLACK = 2
const LIMIT = 1e9

/** What of a daemon's logs is handed over. */
export const VIEWS = {
  chrony: {
    all: () => true,
    'measurements.log': (name: string) => name === 'measurements.log',
    'tracking.log': (name: string) => name === 'tracking.log',
    'statistics.log': (name: string) => name === 'statistics.log',
  },
  ntpd: {
    all: () => true,
    rawstats: (name: string) => name === 'rawstats',
    peerstats: (name: string) => name === 'peerstats',
    loopstats: (name: string) => name === 'loopstats',
  },
} as const

export interface Judged {
  readonly jumps: number
  readonly found: number
  readonly invented: number
  /** The finding that belongs to the story is there; undefined when none does. */
  readonly named: boolean | undefined
  readonly wrong: readonly string[]
}

export async function judge(logs: string, story: Story, wanted: (name: string) => boolean): Promise<Judged> {
  const paths = readdirSync(logs)
    .filter(wanted)
    .map(name => join(logs, name))
  const { hosts, baseDay } = await readLogs(paths, { limit: LIMIT })
  const [host] = hosts
  const explained =
    host && explainHost({ name: story.name, log: host.log, baseDay, sourceNames: host.sources.names })
  const left = story.untold ? [] : [...(explained?.disturbances ?? [])]
  const wrong: string[] = []
  for (const jump of story.jumps) {
    const i = left.findIndex(each => isIt(each, jump, baseDay))
    if (i < 0) wrong.push(`missed ${jump.size.toFixed(3)} s at ${jump.at}`)
    else left.splice(i, 1)
  }
  const invented = left.map(
    each =>
      `invented ${each.size.toFixed(3)} s at ${sinceStart(each.from, baseDay).toFixed(0)}..${sinceStart(each.to, baseDay).toFixed(0)} (${each.moved})`,
  )
  const missed = wrong.length
  const named = story.finding && explained && isNamed(explained, story.finding)
  if (story.finding && !named)
    wrong.push(
      `not ${story.finding.names.join(' or ')}: ${explained?.findings.map(({ severity, name, what }) => `${severity} ${name} (${what})`).join('; ')}`,
    )
  const foreign = (explained?.findings ?? [])
    .filter(({ name }) => story.never?.includes(name))
    .map(({ severity, name, what }) => `invented ${severity} ${name} (${what})`)
  return {
    jumps: story.jumps.length,
    found: story.jumps.length - missed,
    invented: invented.length + foreign.length,
    named: story.finding && Boolean(named),
    wrong: [...wrong, ...invented, ...foreign],
  }
}

const sinceStart = (at: number, baseDay: number): number => at + baseDay * 86_400 - Number(START_DATE)

const isIt = (each: Disturbance, jump: Jump, baseDay: number): boolean =>
  sinceStart(each.from, baseDay) - SLACK <= jump.at &&
  sinceStart(each.to, baseDay) + SLACK >= jump.at &&
  Math.abs(each.size - jump.size) <= SHARE * Math.abs(jump.size)

/** A quiet clock has no other finding than notes; a troubled one has its own. */
function isNamed({ findings }: Explained, { names, says }: NonNullable<Story['finding']>): boolean {
  if (names.includes('good'))
    return findings.every(({ severity }) => severity === 'good' || severity === 'note')
  return findings.some(each => names.includes(each.name) && (says === undefined || each.what.includes(says)))
}
