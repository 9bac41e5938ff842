/** `clockwright run`: the agent with its page, until it is told to stop. */
import { join } from 'node:path'
import { loadConfig } from '../../daemon/config/load.ts'
import { Daemon } from '../../daemon/daemon.ts'
import { openHistory } from '../../daemon/history/open.ts'
import { log } from '../../daemon/log.ts'
import { notifySystemd } from '../../daemon/notify.ts'
import { ensureDirectory, stateDirectory } from '../../daemon/places.ts'
import { announce } from '../../daemon/presence.ts'
import { version } from '../../version.ts'
import { openPage } from '../../web/server.ts'
import { describeRun } from '../describe-run.ts'
import { agentConfig } from '../sources.ts'

interface Options {
  config?: string
  port?: number
  history?: string
  journal?: string
}

export async function run(options: Options): Promise<void> {
  const loaded = loadConfig(options.config)
  for (const warning of loaded.warnings) log('warning', warning)
  const { agent, sourcesFrom, notes } = agentConfig(loaded)
  for (const note of notes) log('info', note)

  const path =
    options.history ?? loaded.config.history.path ?? join(ensureDirectory(stateDirectory()), 'history.db')
  const history = openHistory(path, loaded.config.history.limits)
  for (const { name, text } of history.notices) log('notice', `${name}: ${text}`)

  const daemon = new Daemon({
    config: agent,
    sourcesFrom,
    history,
    losses: history.loss ? [history.loss] : [],
    ...(options.journal ? { journal: options.journal } : {}),
  })
  const page = await openPage(
    {
      history,
      subscribe: listener => daemon.subscribe(listener),
      snapshot: () => ({
        version,
        startedAt: daemon.startedAt,
        machine: daemon.machine(),
        kernelClock: daemon.kernelClock(),
        losses: daemon.losses,
        sourcesFrom: daemon.sourcesFrom,
        mode: 'watching',
        clock: daemon.status(),
      }),
    },
    {
      host: loaded.config.page.address,
      port: options.port ?? loaded.config.page.port,
      onFault: fault => log('error', `page: ${fault instanceof Error ? fault.stack : fault}`),
    },
  )
  const retract = announce({
    pid: process.pid,
    version,
    url: page.url,
    history: history.durable ? path : undefined,
  })
  process.stdout.write(describeRun({ daemon, page, history: history.durable ? path : undefined }))
  notifySystemd(`READY=1\nSTATUS=watching, page on ${page.url}`)

  process.on('SIGHUP', () => reload())
  await stopSignal()
  notifySystemd('STOPPING=1')
  retract?.()
  daemon.close()
  await page.close()

  function reload(): void {
    notifySystemd('RELOADING=1')
    try {
      const again = loadConfig(options.config)
      const { agent, sourcesFrom } = agentConfig(again)
      daemon.configure(agent, sourcesFrom)
      log('notice', `configuration read again: ${sourcesFrom}`)
    } catch (error) {
      log('error', `the new configuration is not used: ${error instanceof Error ? error.message : error}`)
    }
    notifySystemd('READY=1')
  }
}

const stopSignal = () =>
  new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
