/** The status of this machine's clock: from the agent that runs here, or measured by ourselves when none does. */
import type { Status } from '#core/agent/status.ts'
import type { StatusBody } from '#report/bodies.ts'
import { encodeStatus } from '#report/encode.ts'
import { openClock } from '#worlds/host/clock.ts'
import { readKernelClock } from '#worlds/host/kernel-clock.ts'
import { readMachine } from '#worlds/host/machine.ts'
import { openHost } from '#worlds/host/world.ts'
import { loadLibc } from '#worlds/libc.ts'
import { findAgent } from '../daemon/presence.ts'
import { version } from '../version.ts'

const ANSWER_WITHIN_MS = 2000

/** Asks the running agent; undefined when there is none that answers. */
export async function askAgent(): Promise<StatusBody | undefined> {
  const agent = findAgent()
  if (!agent) return undefined
  try {
    const response = await fetch(new URL('api/status', agent.url), {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    return response.ok ? ((await response.json()) as StatusBody) : undefined
  } catch {
    console.error(`clockwright: the agent (pid ${agent.pid}) runs and does not answer on ${agent.url}`)
    return undefined
  }
}

/** A status that we measured, in the same words as the agent's. */
export function ownStatus(clock: Status, sourcesFrom: string): StatusBody {
  const loaded = loadLibc()
  const host = openHost()
  const { losses } = host
  host.close()
  return encodeStatus({
    version,
    startedAt: openClock(loaded.kind === 'loaded' ? loaded.libc : undefined).read(),
    machine: readMachine(),
    kernelClock: loaded.kind === 'loaded' ? readKernelClock(loaded.libc) : undefined,
    losses,
    sourcesFrom,
    mode: 'watching',
    clock,
    server: undefined,
  })
}
