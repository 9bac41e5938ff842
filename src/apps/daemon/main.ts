/**
 * The agent's process: started with its orders as the only argument, it watches until it is told to stop. Only what
 * the agent needs is loaded here; memory counts in every guest.
 */
import { dirname, join } from 'node:path'
import { version } from '../version.ts'
import { openPage } from '../web/server.ts'
import { Daemon } from './daemon.ts'
import { describeStart } from './describe-start.ts'
import { HistoryError } from './history/error.ts'
import type { KeptHistory } from './history/kept.ts'
import { memoryHistory } from './history/memory.ts'
import { openHistory } from './history/open.ts'
import type { Limits } from './history/trim.ts'
import { log } from './log.ts'
import { notifySystemd } from './notify.ts'
import type { Orders } from './orders.ts'
import { ensureDirectory, runtimeDirectories } from './places.ts'
import { announce, type Presence } from './presence.ts'
import { runCheck } from './run-check.ts'
import { layDownSecret, makeSecret } from './secret.ts'
import { tidyUp } from './tidy.ts'

const FAILED = 1

// Until the agent is up a signal finds nobody, and must not end it.
for (const signal of ['SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {})

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
  const history = keepHistory(path, limits)
  for (const { name, text } of history.notices) log('notice', `${name}: ${text}`)

  const secret = makeSecret()
  const daemon = new Daemon({
    config: orders.agent,
    discipline: orders.discipline,
    sourcesFrom: orders.sourcesFrom,
    history,
    hook: orders.hook,
    secret,
    server: orders.server,
    boundFile: boundFile(),
    driftFile: join(dirname(path), 'drift.json'),
    losses: history.loss ? [history.loss] : [],
    ...(orders.journal ? { journal: orders.journal } : {}),
  })
  const page = await openPage(daemon, {
    ...orders.page,
    check: () => runCheck(orders.configFile),
    onFault: fault => log('error', `page: ${fault instanceof Error ? fault.stack : fault}`),
  })
  // Whoever hears that it is ready may send one at once.
  process.on('SIGUSR2', () => daemon.permitStep())
  process.on('SIGHUP', () => void reload(daemon, orders))
  const stopped = stopSignal()
  const kept = history.durable ? path : undefined
  const retract = announceTo({ pid: process.pid, version, url: page.url, history: kept })
  // The secret that lies there is that of the agent which can be found.
  const takeBack = retract && layDownSecret(secret)
  process.stdout.write(describeStart({ daemon, url: page.url, history: kept }))
  notifySystemd(
    `READY=1\nSTATUS=${orders.discipline ? 'keeping the clock' : 'watching'}, page on ${page.url}`,
  )

  tidyUp()
  await stopped
  notifySystemd('STOPPING=1')
  retract?.()
  takeBack?.()
  daemon.close()
  await page.close()
}

/** Without it the command line does not find us, and says that nobody runs here. */
function announceTo(presence: Presence): (() => void) | undefined {
  const retract = announce(presence)
  if (!retract)
    log(
      'warning',
      `this agent cannot be found by other commands: ${runtimeDirectories()[0]} cannot be written, or another agent runs here`,
    )
  return retract
}

function boundFile(): string | undefined {
  try {
    return join(ensureDirectory(runtimeDirectories()[0]!), 'clockbound')
  } catch {
    return undefined
  }
}

/** Watching goes on without a place to write; only two writers of one history are one too many. */
function keepHistory(path: string, limits: Partial<Limits>): KeptHistory {
  try {
    ensureDirectory(dirname(path))
    return openHistory(path, limits)
  } catch (error) {
    if (error instanceof HistoryError && error.why === 'locked') throw error
    return memoryHistory({ why: `${path} cannot be used: ${error instanceof Error ? error.message : error}` })
  }
}

async function reload(daemon: Daemon, before: Orders): Promise<void> {
  notifySystemd('RELOADING=1')
  try {
    const { prepareOrders } = await import('./prepare.ts')
    const { agent, sourcesFrom, notes, page, history, server } = prepareOrders(before.configFile, {
      discipline: before.discipline,
    })
    const fixed =
      page.port !== before.page.port || page.host !== before.page.host || history.path !== before.history.path
    if (fixed) log('warning', 'another page address or history path takes effect at the next start')
    if (JSON.stringify(server) !== JSON.stringify(before.server))
      log('warning', 'what stands in [server] takes effect at the next start')
    for (const note of notes) log('info', note)
    daemon.configure(agent, sourcesFrom)
    log('notice', `configuration read again: ${sourcesFrom}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    for (const line of `the new configuration is not used: ${why}`.split('\n')) log('error', line)
  }
  notifySystemd('READY=1')
}

function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
