/**
 * `clockwright watch`: the live view. It asks the running agent once an interval, or is an agent itself when none runs.
 * On a terminal it draws a screen; elsewhere it prints a line each time.
 */
import { Agent } from '#core/agent/agent.ts'
import type { Seconds } from '#core/time/units.ts'
import type { StatusBody } from '#report/bodies.ts'
import { type Seen, screen, watchLine } from '#report/screen.ts'
import { drive } from '#worlds/drive.ts'
import { openHost } from '#worlds/host/world.ts'
import { watchOnly } from '#worlds/overlay.ts'
import { loadConfig } from '../../../daemon/config/load.ts'
import { effectiveAgent } from '../../../daemon/prepare.ts'
import { askAgent, ownStatus } from '../../agent-or-own.ts'
import { styler, toJson } from '../../print.ts'
import { sleep } from '../../sleep.ts'

interface Options {
  json?: boolean
  config?: string
  interval: Seconds
}

const ALTERNATE_SCREEN = '\x1b[?1049h\x1b[?25l'
const NORMAL_SCREEN = '\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const CLEAR_REST = '\x1b[J'
const CLEAR_LINE = '\x1b[K'
/** What the plot remembers. */
const MOST_SEEN = 3600

export async function watch(options: Options): Promise<void> {
  const source = (await askAgent()) ? followAgent() : beAgent(options)
  const live = process.stdout.isTTY && !options.json
  const style = styler()
  const seen: Seen[] = []
  const keys = { paused: false, scale: 0 }
  let note: string | undefined
  let last: StatusBody | undefined

  const stop = stopSignal(live, key => {
    if (key === 'p') keys.paused = !keys.paused
    if (key === '+') keys.scale--
    if (key === '-') keys.scale++
    draw()
  })
  if (live) process.stdout.write(ALTERNATE_SCREEN)
  try {
    while (!stop.signal.aborted) {
      const status = await source.next()
      note = status ? undefined : 'the agent does not answer; what is shown is old'
      if (status) {
        last = status
        seen.push({
          at: Number(process.hrtime.bigint()) / 1e9,
          offset: status.clock.offset,
          bound: status.clock.errorBound,
        })
        if (seen.length > MOST_SEEN) seen.shift()
      }
      if (options.json) process.stdout.write(`${toJson(status)}\n`)
      else if (!live && status) process.stdout.write(watchLine(status))
      else if (!keys.paused) draw()
      await sleep(options.interval, stop.signal)
    }
  } finally {
    if (live) process.stdout.write(NORMAL_SCREEN)
    stop.release()
    source.close()
  }

  function draw(): void {
    if (!live || !last) return
    // A terminal that does not know its size says 0.
    const columns = process.stdout.columns || 80
    const rows = process.stdout.rows || 24
    const lines = screen({ status: last, seen, note, ...keys, columns, rows }, style)
    process.stdout.write(`${HOME}${lines.map(line => `${line}${CLEAR_LINE}`).join('\n')}${CLEAR_REST}`)
  }
}

interface Source {
  next(): Promise<StatusBody | undefined>
  close(): void
}

const followAgent = (): Source => ({ next: askAgent, close: () => {} })

function beAgent({ config }: Options): Source {
  const { agent: agentOptions, sourcesFrom } = effectiveAgent(loadConfig(config))
  const host = openHost()
  const world = watchOnly(host)
  const agent = new Agent(agentOptions, world.random)
  // The agent is told that it is started in a turn of its own, and knows of no source before.
  const started = new Promise<void>(resolve => drive(world, agent, () => resolve()))
  return {
    next: async () => {
      await started
      return ownStatus(
        agent.status(host.clock.read()),
        `${sourcesFrom} (no agent runs here; this view measures by itself)`,
      )
    },
    close: () => world.close(),
  }
}

/** Ctrl-C, `q`, or a signal; other keys go to `press`. */
function stopSignal(live: boolean, press: (key: string) => void) {
  const controller = new AbortController()
  const abort = () => controller.abort()
  process.once('SIGINT', abort)
  process.once('SIGTERM', abort)
  // A reader that goes away (head, say) is no error.
  process.stdout.once('error', abort)
  const keyed = live && process.stdin.isTTY
  if (keyed) {
    process.stdin.setRawMode(true)
    process.stdin.setEncoding('utf8')
    process.stdin.on('data', (text: string) => {
      for (const key of text) {
        if (key === 'q' || key === '\x03') abort()
        else press(key)
      }
    })
  }
  return {
    signal: controller.signal,
    release() {
      if (!keyed) return
      process.stdin.setRawMode(false)
      process.stdin.pause()
    },
  }
}
