/**
 * `clockwright run`: reads the configuration, then becomes the agent. The same process goes on as another program
 * (execve), so that parsers of command lines and configurations take no memory in it; systemd sees one process.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Orders } from '../../daemon/orders.ts'
import { prepareOrders } from '../../daemon/prepare.ts'
import { refuseToFight } from '../may-discipline.ts'

interface Options {
  discipline?: boolean
  besideOthers?: boolean
  config?: string
  port?: number
  history?: string
  journal?: string
}

/**
 * The agent makes little garbage; a small young generation keeps it from taking 16 MB before it looks, and the agent itself
 * has it collected (`tidy.ts`).
 */
const NODE_OPTIONS = [
  '--max-semi-space-size=1',
  '--expose-gc',
  '--disable-warning=ExperimentalWarning',
  // Else the signal would open a debugger on loopback, in a process that may set the clock.
  '--disable-sigusr1',
]

/**
 * An agent computes for some milliseconds a minute: compiled code would take more memory (10 MB) than it gives speed. One
 * that serves time computes for every request.
 */
const UNCOMPILED = ['--no-opt', '--no-maglev', '--no-sparkplug']

export async function run({ config, besideOthers, ...overrides }: Options): Promise<void> {
  if (overrides.discipline) refuseToFight(besideOthers ?? false)
  become(prepareOrders(config, overrides))
}

function become(orders: Orders): void {
  const entry = agentEntry()
  const argument = JSON.stringify(orders)
  if (process.execve) {
    const options = orders.server ? NODE_OPTIONS : [...NODE_OPTIONS, ...UNCOMPILED]
    process.execve(process.execPath, [process.execPath, ...options, entry, argument])
  }
  // An older Node cannot become another program: the agent then lives in this process, and takes a little more memory.
  process.argv.splice(2, process.argv.length, argument)
  void import(entry)
}

/** In a checkout the agent is a source beside us; in the package a file above the chunks. */
function agentEntry(): string {
  const candidates = ['../../daemon/main.ts', '../agent.js', './agent.js']
  return candidates.map(path => fileURLToPath(new URL(path, import.meta.url))).find(existsSync)!
}
