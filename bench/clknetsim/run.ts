/**
 * Clockwright and its peers in clknetsim, side by side, judged by the simulator's truth.
 *
 *   node bench/clknetsim/run.ts [--scenario NAME | GROUP]... [--daemon NAME]... [--seeds N] [--jobs N]
 *        [--at COMMIT] [--json] [--write] [--list]
 *
 * Needs clknetsim (bench/clknetsim/build makes it, outside the repository; or CLKNETSIM and CLKNETSIM_WIDE say where it
 * is) and chronyd (Debian's, which `npm test` unpacks; or CHRONYD).
 */
import { parseArgs } from 'node:util'
import { agentInWords, bundleAgent } from './bundle.ts'
import { DAEMONS, type DaemonName, missing } from './daemons.ts'
import type { Measures } from './measure.ts'
import { writePage } from './page.ts'
import { type Row, resultJson, resultTable } from './report.ts'
import { play, type Result, summarise } from './results.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', short: 's', multiple: true },
    daemon: { type: 'string', short: 'd', multiple: true },
    seeds: { type: 'string', short: 'n', default: '5' },
    'first-seed': { type: 'string', default: '1' },
    jobs: { type: 'string', short: 'j', default: '1' },
    at: { type: 'string' },
    keep: { type: 'boolean' },
    json: { type: 'boolean' },
    write: { type: 'boolean' },
    list: { type: 'boolean' },
  },
})

const scenarios = chosen(values.scenario ?? ['judged', 'pauses', 'others'])
const daemons = values.daemon?.map(known)
let failures = 0
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => Number(values['first-seed']) + i)

if (values.write && (values.scenario || values.daemon)) throw new Error('--write is for a run of everything')
if (values.list) {
  for (const { name, group, title } of scenarios)
    console.log(`${name.padEnd(22)} ${group.padEnd(8)} ${title}`)
} else {
  const rows = await playAll()
  progress('')
  if (values.write && failures === 0) writePage(rows, agentInWords(values.at), seeds.length)
  console.log(values.json ? resultJson(rows) : resultTable(rows))
  if (failures > 0) {
    process.stderr.write(`${failures} simulations failed\n`)
    process.exitCode = 1
  }
}

/** On a terminal the line stays where it is; elsewhere there is one for each first seed. */
function progress(text: string, first = false): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
  else if (first) process.stderr.write(`${text}\n`)
}

async function playAll(): Promise<Row[]> {
  const wanted = scenarios.flatMap(scenario =>
    (daemons ?? (['clockwright', scenario.peer] as const)).map(daemon => ({ scenario, daemon })),
  )
  const can = wanted.filter(({ scenario, daemon }) => {
    const why = missing(scenario, daemon)
    if (why !== undefined) process.stderr.write(`${scenario.name}, ${daemon}: left out: ${why}\n`)
    return why === undefined
  })
  const agent = bundleAgent(values.at)
  const work = can.flatMap(each => seeds.map(seed => ({ ...each, seed })))
  const done = new Map<string, Measures>()
  const key = (scenario: Scenario, daemon: DaemonName, seed: number) => `${scenario.name} ${daemon} ${seed}`
  let next = 0
  const worker = async (_: unknown, lane: number) => {
    while (next < work.length) {
      const { scenario, daemon, seed } = work[next++]!
      progress(`${next}/${work.length} ${scenario.name} ${daemon} seed ${seed}`, seed === seeds[0])
      try {
        const measures = await play({
          scenario,
          daemon,
          seed,
          lane,
          agent,
          ...(values.keep ? { keep: true } : {}),
        })
        done.set(key(scenario, daemon, seed), measures)
      } catch (error) {
        failures++
        process.stderr.write(`\n${(error as Error).message}\n`)
      }
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker))
  const results: Result[] = can.flatMap(({ scenario, daemon }) => {
    const runs = seeds.map(seed => done.get(key(scenario, daemon, seed))).filter(run => run !== undefined)
    return runs.length === 0 ? [] : [summarise(scenario, daemon, runs)]
  })
  return scenarios.flatMap(scenario => {
    const here = results.filter(result => result.scenario === scenario)
    const ours = here.find(({ daemon }) => daemon === 'clockwright')
    return here.length === 0 ? [] : [{ scenario, ours, peers: here.filter(result => result !== ours) }]
  })
}

/** By name, by the beginning of one, or by group. */
function chosen(words: readonly string[]): Scenario[] {
  const found = words.map(word => {
    const exact = SCENARIOS.filter(({ name }) => name === word)
    const matching = SCENARIOS.filter(({ name, group }) => group === word || name.startsWith(word))
    if (matching.length === 0) throw new Error(`no scenario is called ${word}; --list shows them`)
    return exact.length > 0 ? exact : matching
  })
  return SCENARIOS.filter(scenario => found.some(some => some.includes(scenario)))
}

function known(word: string): DaemonName {
  const found = DAEMONS.find(name => name === word)
  if (!found) throw new Error(`no daemon is called ${word}: ${DAEMONS.join(', ')}`)
  return found
}
