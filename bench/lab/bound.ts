/**
 * The promise of our agent, in every story of the lab: true time lies within offset ± bound, each second. Not counted is what no
 * agent can know: from a pause that nothing tells of until the next replies, and any time in which half of the servers or more
 * are wrong.
 *
 *   node bench/lab/bound.ts [--seeds N] [--scenario NAME]...
 */
import { parseArgs } from 'node:util'
import { installedScenarios, readScenario } from '#apps/lab/scenario-file.ts'
import { play } from '#lab/play.ts'
import { knownPlayer } from '#lab/players/known.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import type { Mark } from '#lab/scenario/world.ts'

/** The longest poll interval, and a burst. */
const NEXT_REPLIES = 1024 + 16
/** Somebody's step is noticed at once; what was asked before it comes back within this. */
const AT_ONCE = 2

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '10' }, scenario: { type: 'string', multiple: true } },
})

let [runs, seconds, broken] = [0, 0, 0]
for (const path of installedScenarios()) {
  const { name, scenario } = readScenario(path)
  if (values.scenario && !values.scenario.includes(name)) continue
  const player = knownPlayer(
    'clockwright',
    scenario.server.map(({ address }) => address),
  )!
  let [worst, here] = [0, 0]
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const { run, marks } = play({ scenario, player, seed }, { believing: true })
    for (const [second, offset] of run.offsets.entries()) {
      const bound = run.bounds![second]!
      if (Number.isNaN(bound) || isExcused(scenario, marks, second)) continue
      seconds++
      const beyond = Math.abs(offset - run.beliefs![second]!) - bound
      if (beyond <= 0) continue
      here++
      worst = Math.max(worst, beyond)
    }
    runs++
  }
  broken += here
  console.log(
    `${name.padEnd(22)}${here} s broken${here > 0 ? `, by ${worst.toExponential(2)} s at most` : ''}`,
  )
}
console.log(`${runs} runs, ${seconds} seconds judged, ${broken} broken`)
process.exitCode = broken > 0 ? 1 : 0

function isExcused({ event, server }: Scenario, marks: readonly Mark[], second: number): boolean {
  return marks.some(({ kind, at, until = at }) => {
    if (second < at) return false
    if (kind === 'pause') {
      const told = event.find(each => each.kind === 'pause')?.noticed
      return second <= until + (told === undefined ? NEXT_REPLIES : told + AT_ONCE)
    }
    if (kind === 'lie') return event.filter(each => each.kind === 'lie').length * 2 >= server.length
    return (kind === 'step' || kind === 'leap-second') && second <= at + AT_ONCE
  })
}
