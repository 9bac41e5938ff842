/**
 * Plays the lab beside the page, so that the page stays alive meanwhile. It has no way to anywhere else. A newer order takes the
 * place of the one under way: at once when that is at its figures, else as soon as it has something to show, so that somebody
 * who keeps dragging keeps seeing.
 */
import { parse } from 'smol-toml'
import * as v from 'valibot'
import { TIMESYNCD_DEFAULTS } from '#dialects/timesyncd/settings.ts'
import { storyOf } from '#lab/forecast/forecast.ts'
import { configuredPlayer } from '#lab/players/configured.ts'
import { type PlayerSpec, serversNamed } from '#lab/players/player.ts'
import { printScenario } from '#lab/scenario/print.ts'
import { type Scenario, scenarioSchema } from '#lab/scenario/schema.ts'
import type { Answer, FromWorker, Order, Story, StoryFile, ToWorker } from './messages.ts'
import { OWN_PAUSE } from './setup.ts'
import { playable, work } from './work.ts'

/** A player that takes longer than this is left for a newer order, with what there is of it. */
const PATIENCE_MS = 90

let wanted: Order | undefined
let busy = false
/** In which order each player was shown last. */
const shown = new Map<number, number>()

const tell = (message: FromWorker): void => postMessage(message)

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case 'read':
      return tell({ kind: 'stories', stories: readStories(data.files) })
    case 'play':
      wanted = data.order
      if (!busy) void serve()
      return
    case 'whose':
      return tell({ kind: 'answer', ask: data.ask, ...whose(data.name, data.text) })
    case 'write':
      return tell({ kind: 'answer', ask: data.ask, text: printScenario(playable(data.scenario)) })
  }
})

async function serve(): Promise<void> {
  busy = true
  while (wanted) {
    const order = wanted
    // Whoever was not shown for the longest time comes first: each line moves while somebody drags.
    const lanes = order.lanes.toSorted((a, b) => (shown.get(a) ?? 0) - (shown.get(b) ?? 0))
    let unseen = lanes.length
    let begun = performance.now()
    for (const message of work(order, lanes, () => performance.now())) {
      if (message) tell(message)
      if (message?.kind === 'course') shown.set(message.lane, order.id)
      await listen()
      const done = message?.kind === 'refused' || (message?.kind === 'course' && message.whole)
      if (done) unseen--
      const slow = message?.kind === 'course' && performance.now() - begun > PATIENCE_MS
      if (wanted !== order && (done || slow || unseen === 0)) break
      if (done) begun = performance.now()
    }
    if (wanted === order) wanted = undefined
  }
  busy = false
}

const { port1, port2 } = new MessageChannel()
/** Lets messages come in; a timer would wait 4 ms. */
const listen = (): Promise<void> =>
  new Promise(resolve => {
    port1.onmessage = () => resolve()
    port2.postMessage(undefined)
  })

/** The guest of whoever looks: it has run for hours, and is watched for the rest of a day. */
function ownPause(): Scenario {
  const uptime = 6 * 3600
  const pause = 4.3
  return {
    ...storyOf({ pause, uptime, networks: ['lan'], driftfile: false }, TIMESYNCD_DEFAULTS.pollIntervalMax),
    title: 'A pause of my guest',
    about:
      'A guest that has kept time for six hours is paused once, and nothing on its own clocks shows it. Set the length of the pause, the path to the servers, and who keeps the clock.',
    duration: 24 * 3600,
  }
}

const readStories = (files: readonly StoryFile[]): Story[] => [
  { name: OWN_PAUSE, scenario: ownPause() },
  ...files.map(({ name, text }) => ({ name, scenario: v.parse(scenarioSchema, parse(text)) })),
]

/** The daemon as the command line takes it: `chrony`, `ntpd-4.2.8p15`. */
function whose(name: string, text: string): Pick<Answer, 'text' | 'servers'> {
  const player = configuredPlayer({ name, text })?.player
  return { text: player && writtenOf(player), servers: player && serversNamed(player) }
}

function writtenOf(player: PlayerSpec): string {
  if (player.kind === 'chronyd') return 'chrony'
  if (player.kind !== 'ntpd') return player.kind
  return player.version.startsWith('ntpsec') ? player.version : `ntpd-${player.version}`
}
