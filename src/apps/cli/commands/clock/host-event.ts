/** `clockwright host-event`: tells the running agent what was done to this machine. */
import type { HOST_EVENTS } from '#core/guest/host-event.ts'
import type { Seconds } from '#core/time/units.ts'
import { findAgent } from '../../../daemon/presence.ts'
import { readSecret } from '../../../daemon/secret.ts'
import { Complaint } from '../../complain.ts'

interface Options {
  lost?: Seconds
  uncertainty: Seconds
  within: Seconds
}

const ANSWER_WITHIN_MS = 2000

export async function hostEvent(what: (typeof HOST_EVENTS)[number], options: Options): Promise<void> {
  if (options.lost !== undefined && what !== 'resumed')
    throw new Complaint('--lost goes with resumed: what else was done may have taken any time')
  const agent = findAgent()
  if (!agent) throw new Complaint('no agent runs here: start it with clockwright run')
  const secret = readSecret()
  if (!secret) throw new Complaint("the agent's secret cannot be read: be the agent's user, or root")
  const { lost, uncertainty, within } = options
  const query = new URLSearchParams({
    what,
    ...(lost === undefined ? {} : { lost: String(lost) }),
    uncertainty: String(uncertainty),
    within: String(within),
  })
  const response = await fetch(new URL(`api/host-event?${query}`, agent.url), {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}` },
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch(() => {
    throw new Complaint(`the agent (pid ${agent.pid}) runs and does not answer on ${agent.url}`)
  })
  if (response.status !== 202) {
    const said = (await response.json().catch(() => undefined)) as { error: string } | undefined
    throw new Complaint(said?.error ?? `the agent answers: ${response.status} ${response.statusText}`)
  }
  console.log('Told. What the sources make of it: clockwright events')
}
