/**
 * The lab's daemons against the real ones: 300 runs of real daemons in clknetsim, in which the wall clock jumped back by so
 * much, and the same runs with the models. Each cell of the table is a daemon, a configuration and a jump; judged is the
 * median time until the clock stays within 10 ms, whether the daemon ended, and whether it stepped.
 *
 *   node bench/lab/pause-recovery.ts FILE.csv [--daemon NAME]... [--seeds N] [--json]
 *
 * FILE.csv has a line for each real run: daemon,configuration,pause_s,phase_s,t_below_1s,…,end_offset.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Seconds } from '#core/time/units.ts'
import { runLab } from '#lab/run.ts'
import { median, scoreRun } from '#lab/score.ts'
import { CHRONY_PLAYERS } from './chronyd.ts'
import { ADDRESS, LAN, type PlayersByConfiguration, START } from './standard.ts'

interface Played {
  readonly players: PlayersByConfiguration
  /** When the real clock jumped, but for the phase, and how long the run went on then. */
  readonly jumpAt: Seconds
  readonly runOn: Seconds
}

/**
 * Who can be played, by the names of the real runs. How long a run had lasted before its jump is not recorded; 8500 s make
 * chrony's runs 20 000 s long. It matters: the longer chronyd has been left alone, the less often it asks.
 */
const DAEMONS: ReadonlyMap<string, Played> = new Map([
  ['chrony 4.3', { players: CHRONY_PLAYERS, jumpAt: 8500, runOn: 11_500 }],
])

const PHASES = [0, 211, 433, 655, 877]

interface Cell {
  readonly daemon: string
  readonly configuration: string
  readonly pause: Seconds
  /** Of the real runs: infinite when the clock did not get there. */
  readonly times: Seconds[]
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    daemon: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '8' },
    json: { type: 'boolean' },
  },
})
const [file] = positionals
if (file === undefined) throw new Error('which file has the real runs?')

const rows = [...cellsOf(readFileSync(file, 'utf8')).values()].flatMap(cell => {
  const played = DAEMONS.get(cell.daemon)
  const player = played?.players.get(cell.configuration)
  if (!played || !player || (values.daemon && !values.daemon.includes(cell.daemon))) return []
  const scores = PHASES.flatMap(phase =>
    Array.from({ length: Number(values.seeds) }, (_, i) => {
      const at = played.jumpAt + phase
      const run = runLab({
        world: { ...LAN, start: START, steps: [{ at, size: -cell.pause }] },
        seed: i + 1 + 100 * phase,
        duration: played.jumpAt + played.runOn,
        player: player(ADDRESS),
      })
      return scoreRun(run, { disruptedAt: at })
    }),
  )
  const model = median(scores.map(({ timeTo10ms }) => timeTo10ms))
  const real = median(cell.times)
  const ratio = model === real ? 1 : model / real
  return [
    {
      daemon: cell.daemon,
      configuration: cell.configuration,
      pause: cell.pause,
      real,
      realRange: [Math.min(...cell.times), Math.max(...cell.times)],
      model,
      modelRange: [
        Math.min(...scores.map(({ timeTo10ms }) => timeTo10ms)),
        Math.max(...scores.map(({ timeTo10ms }) => timeTo10ms)),
      ],
      ratio,
      met: ratio <= 1.5 && ratio >= 1 / 1.5,
      exits: scores.filter(({ exited }) => exited).length / scores.length,
      steps: scores.filter(({ steps }) => steps > 0).length / scores.length,
    },
  ]
})

if (values.json) console.log(JSON.stringify(rows, undefined, 2))
else {
  console.log(
    'daemon       configuration                        pause      real (range)           model (range)         ratio  steps exits',
  )
  for (const row of rows) {
    const { daemon, configuration, pause, real, realRange, model, modelRange, ratio, met, exits, steps } = row
    const said = [
      daemon.padEnd(12),
      configuration.padEnd(36),
      `${pause} s`.padStart(7),
      `${seconds(real)} (${realRange.map(seconds).join('–')})`.padStart(22),
      `${seconds(model)} (${modelRange.map(seconds).join('–')})`.padStart(22),
      `${ratio.toFixed(2)}${met ? ' ' : '!'}`.padStart(7),
      percent(steps).padStart(5),
      percent(exits).padStart(5),
    ]
    console.log(said.join(' '))
  }
  console.log(`${rows.filter(({ met }) => met).length} of ${rows.length} cells within a factor 1.5`)
}

function cellsOf(text: string): Map<string, Cell> {
  const cells = new Map<string, Cell>()
  for (const line of text.trim().split(/\r?\n/).slice(1)) {
    const [, daemon = '', configuration = '', rest = ''] = /^([^,]*),"?(.*?)"?,(\d.*)$/.exec(line) ?? []
    const [pause = '', , , , below10ms = ''] = rest.split(',')
    const key = `${daemon} ${configuration} ${pause}`
    const cell = cells.get(key) ?? { daemon, configuration, pause: Number(pause), times: [] }
    cell.times.push(below10ms.startsWith('>') ? Number.POSITIVE_INFINITY : Number(below10ms))
    cells.set(key, cell)
  }
  return cells
}

function seconds(s: number): string {
  return s === Number.POSITIVE_INFINITY ? 'never' : s.toFixed(0)
}

function percent(part: number): string {
  return `${Math.round(100 * part)}%`
}
