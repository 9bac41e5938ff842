/** `clockwright wait`: blocks until the clock is good enough, so that a service starts with the right time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { duration } from '#core/time/format.ts'
import type { StatusBody } from '#report/bodies.ts'
import { askAgent } from '../../agent-or-own.ts'
import { CRITICAL, OK } from '../../exit.ts'

interface Options {
  readonly bound: number
  readonly timeout?: number
  readonly json?: boolean
}

const ASK_EVERY_MS = 500
/** Whoever waits longer than this wants to know for what. */
const TELL_AFTER_MS = 2000

export async function wait({ bound, timeout, json }: Options): Promise<void> {
  const began = performance.now()
  let told = false
  for (;;) {
    const status = await askAgent()
    const worst = status && worstError(status)
    const good = worst !== undefined && worst <= bound
    const waited = (performance.now() - began) / 1e3
    const late = timeout !== undefined && waited > timeout
    if (good || late) {
      if (json) console.log(JSON.stringify({ good, worst: worst ?? null, waited }))
      else if (!good)
        console.error(`clockwright: after ${duration(waited)} ${shortfall(status, worst, bound)}`)
      process.exitCode = good ? OK : CRITICAL
      return
    }
    if (!told && waited * 1e3 > TELL_AFTER_MS && !json) {
      console.error(`clockwright: waiting: ${shortfall(status, worst, bound)}`)
      told = true
    }
    await sleep(ASK_EVERY_MS)
  }
}

/** How wrong the clock can be now; undefined while that is not known. */
function worstError({ clock }: StatusBody): number | undefined {
  const { offset, errorBound, state } = clock
  if (offset === null || errorBound === null || state === 'disrupted') return undefined
  return Math.abs(offset) + errorBound
}

function shortfall(status: StatusBody | undefined, worst: number | undefined, bound: number): string {
  if (!status) return 'no agent answers (is clockwright run started?)'
  if (worst === undefined) return `it is not known how wrong the clock is (${status.clock.state})`
  return `the clock may be wrong by ${duration(worst)}, more than ${duration(bound)}`
}
