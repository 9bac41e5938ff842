/** `clockwright allow-step`: the running agent may step the clock, once, to where the sources say that it should be. */

import { findAgent } from '../../../daemon/presence.ts'
import { askAgent } from '../../agent-or-own.ts'
import { Complaint } from '../../complain.ts'

export async function allowStep(): Promise<void> {
  const agent = findAgent()
  if (!agent) throw new Complaint('no agent runs here: start it with clockwright run --discipline')
  const status = await askAgent()
  if (status && status.mode !== 'disciplining')
    throw new Complaint('the agent that runs here only watches: it was started without --discipline')
  try {
    process.kill(agent.pid, 'SIGUSR2')
  } catch (error) {
    throw new Complaint(`the agent (pid ${agent.pid}) cannot be told: ${(error as Error).message}`)
  }
  console.log(
    'Allowed. The agent steps the clock when its sources agree on where to; see clockwright events.',
  )
}
