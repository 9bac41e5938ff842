/**
 * A daemon is started, stopped or started anew, and looked at: a program of its name must be there, and still be the same one a moment later. One that
 * does not like its configuration may say so only after it has gone into the background.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { findTimekeepers } from '#core/guest/timekeepers.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { KNOWN_DAEMONS } from '#diagnosis/inventory/daemons/daemon-table.ts'
import type { ServiceChange } from '#diagnosis/repair/step.ts'
import { openFiles } from '#worlds/host/files.ts'
import { run } from './live-change.ts'

/** Some wait for their children, or write down what they have learnt. */
const ENDED_WITHIN: Seconds = 30
const RUNS_WITHIN: Seconds = 10
/** Who has not ended by then has read its configuration. */
const STEADY: Seconds = 2
const LOOK_EVERY_MS = 200

/** Undefined when it was done, else what is wrong. Whether a daemon runs that was started, its proof says. */
export async function tellService({ told, program, stop, start }: Telling): Promise<string | undefined> {
  const still = told === 'start' || stop === undefined ? undefined : await end(program, stop)
  if (still !== undefined || told === 'stop') return still
  const { ok, said } = await run(start)
  return ok ? undefined : `${start.join(' ')}: ${said || 'failed'}`
}

/**
 * What was stopped is stopped once more before it is started: the repair may have been killed before it was, or while it ends, and
 * there are scripts that wait for minutes to start what already runs.
 */
export async function untellService(done: Telling): Promise<string | undefined> {
  if (done.told === 'start') return tellService({ ...done, told: 'stop' })
  return (await tellService({ ...done, told: 'restart' })) ?? (await provesToRun(done.program, RUNS_WITHIN))
}

type Telling = Omit<ServiceChange, 'kind'>

/** One that does not run may refuse to be stopped; what counts is that it is gone. */
async function end(program: string, stop: readonly string[]): Promise<string | undefined> {
  const { ok, said } = await run(stop)
  const still = await provesEnded(program, ENDED_WITHIN)
  return still === undefined || ok ? still : `${stop.join(' ')}: ${said || 'failed'}`
}

export async function provesToRun(program: string, within: Seconds): Promise<string | undefined> {
  let first: number | undefined
  const began = await comesTrue(within, () => {
    first = processOf(program)
    return first !== undefined
  })
  if (!began) return `${program} does not run ${duration(within)} later`
  const ended = await comesTrue(STEADY, () => processOf(program) !== first)
  return ended ? `${program} ended itself within ${duration(STEADY)}` : undefined
}

export const provesEnded = async (program: string, within: Seconds): Promise<string | undefined> =>
  (await comesTrue(within, () => processOf(program) === undefined))
    ? undefined
    : `${program} still runs ${duration(within)} later`

/** NTPsec's process has the name of its ancestor's. */
function processOf(program: string): number | undefined {
  const names = KNOWN_DAEMONS.find(({ name }) => name === program)?.processes ?? [program]
  return findTimekeepers(openFiles()).find(({ name }) => names.includes(name))?.pid
}

async function comesTrue(within: Seconds, look: () => boolean): Promise<boolean> {
  for (let waited = 0; waited <= within * 1e3; waited += LOOK_EVERY_MS) {
    if (look()) return true
    await sleep(LOOK_EVERY_MS)
  }
  return false
}
