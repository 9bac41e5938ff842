/**
 * The agent's process: started with its orders as the only argument, it watches until it is told to stop. Only what
 * the agent needs is loaded here; memory counts in every guest.
 */
import { dirname } from 'node:path'
import { version } from '../version.ts'
import { openPage } from '../web/server.ts'
import { Daemon } from './daemon.ts'
import { describeStart } from './describe-start.ts'
import { HistoryError } from './history/error.ts'
import { openHistory } from './history/open.ts'
import { log } from './log.ts'
import { notifySystemd } from './notify.ts'
import type { Orders } from './orders.ts'
import { ensureDirectory } from './places.ts'
import { announce } from './presence.ts'

const FAILED = 1

await live(JSON.parse(process.argv[2] ?? 'null') as Orders).catch(fail)

/** What the person can do something about is said in a line; our own mistakes come with their stack. */
function fail(error: unknown): never {
  if (error instanceof HistoryError || (error instanceof Error && 'code' in error))
    log('error', error.message)
  else console.error(error)
  process.exit(FAILED)
}

async function live(orders: Orders): Promise<void> {
  for (const note of orders.notes) log('info', note)
  const { path, ...limits } = orders.history
  ensureDirectory(dirname(path))
  const history = openHistory(path, limits)
  for (const { name, text } of history.notices) log('notice', `${name}: ${text}`)

  const daemon = new Daemon({
    config: orders.agent,
    sourcesFrom: orders.sourcesFrom,
    history,
    losses: history.loss ? [history.loss] : [],
    ...(orders.journal ? { journal: orders.journal } : {}),
  })
  const page = await openPage(daemon, {
    ...orders.page,
    onFault: fault => log('error', `page: ${fault instanceof Error ? fault.stack : fault}`),
  })
  const kept = history.durable ? path : undefined
  const retract = announce({ pid: process.pid, version, url: page.url, history: kept })
  process.stdout.write(describeStart({ daemon, url: page.url, history: kept }))
  notifySystemd(`READY=1\nSTATUS=watching, page on ${page.url}`)

  process.on('SIGHUP', () => void reload(daemon, orders.configFile))
  await stopSignal()
  notifySystemd('STOPPING=1')
  retract?.()
  daemon.close()
  await page.close()
}

async function reload(daemon: Daemon, configFile: string | undefined): Promise<void> {
  notifySystemd('RELOADING=1')
  try {
    const { prepareOrders } = await import('./prepare.ts')
    const { agent, sourcesFrom, notes } = prepareOrders(configFile)
    for (const note of notes) log('info', note)
    daemon.configure(agent, sourcesFrom)
    log('notice', `configuration read again: ${sourcesFrom}`)
  } catch (error) {
    log('error', `the new configuration is not used: ${error instanceof Error ? error.message : error}`)
  }
  notifySystemd('READY=1')
}

function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
