/**
 * The lab's daemons against the real ones: 300 runs of real daemons in clknetsim, in which the wall clock jumped back by so
 * much, and the same runs with the models. Each cell of the table is a daemon, a configuration and a jump; judged is the
 * median time until the clock stays within 10 ms, whether the daemon ended, and whether it stepped.
 *
 *   node bench/lab/pause-recovery.ts [FILE.csv] [--daemon NAME]... [--seeds N] [--json]
 *
 * FILE.csv has a line for each real run (see real-runs.ts); real-runs.csv beside this file has ours.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { median } from '#core/number/quantile.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import { type RunConfig, runLab } from '#lab/run.ts'
import { scoreRun, timeUntilBelow } from '#lab/score.ts'
import { CHRONY_PLAYERS } from './chronyd.ts'
import { ntpdPlayers } from './ntpd.ts'
import { hasStepped, type RealCell, readCells } from './real-runs.ts'
import { ADDRESS, LAN, type PlayersByConfiguration, START } from './standard.ts'

interface Played {
  readonly players: PlayersByConfiguration
  readonly world: Omit<RunConfig['world'], 'start'>
  /** When the real clock jumped, but for the phase. */
  readonly jumpAt: Seconds
  /** How long the run went on from there. */
  runOn(configuration: string): Seconds
  /** How fast this daemon slews. */
  readonly fastestSlew: Rate
}

/**
 * How the real runs were set up is not recorded; it can be told from what they left. All of them ended at one time, whatever
 * the phase of the jump. An ntpd -x that had ended after 1200 s left the clock to itself, and it gained 12 ppm; the others had
 * learnt as much by the jump as an ntpd learns in 10 000 s from a clock that was right at the start. For chronyd 8500 s make
 * the runs 20 000 s long. It matters: the longer a daemon has been left alone, the less often it asks.
 */
const NTPD: Omit<Played, 'players'> = {
  world: { ...LAN, oscillator: { frequencyError: 12e-6, wander: 1e-9 }, clock: {} },
  jumpAt: 10_000,
  runOn: configuration => (configuration.includes('-x') ? 100_000 : 15_000),
  fastestSlew: 500e-6,
}

/** Who can be played, by the names of the real runs. */
const DAEMONS: ReadonlyMap<string, Played> = new Map([
  [
    'chrony 4.3',
    { players: CHRONY_PLAYERS, world: LAN, jumpAt: 8500, runOn: () => 11_500, fastestSlew: 1 / 12 },
  ],
  ['ntpd 4.2.6p5', { ...NTPD, players: ntpdPlayers('4.2.6p5') }],
  ['ntpd 4.3.91', { ...NTPD, players: ntpdPlayers('4.3.91') }],
])

/** A model runs on so much longer than the real daemon did, to tell what takes a little longer from what never comes. */
const LONGER = 1.5

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    daemon: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '8' },
    json: { type: 'boolean' },
  },
})
const [file = new URL('./real-runs.csv', import.meta.url)] = positionals

const rows = readCells(readFileSync(file, 'utf8')).flatMap(cell => {
  const played = DAEMONS.get(cell.daemon)
  const player = played?.players.get(cell.configuration)
  if (!played || !player || (values.daemon && !values.daemon.includes(cell.daemon))) return []
  return [judge(cell, played, played.runOn(cell.configuration), player)]
})

/** As many runs of the model for each real run as there are seeds. */
function judge(
  cell: RealCell,
  { world, jumpAt, fastestSlew }: Played,
  runOn: Seconds,
  player: NonNullable<ReturnType<PlayersByConfiguration['get']>>,
) {
  const runs = cell.runs.flatMap(({ phase }) =>
    Array.from({ length: Number(values.seeds) }, (_, i) => {
      const at = jumpAt + phase
      const run = runLab({
        world: { ...world, start: START, steps: [{ at, size: -cell.pause }] },
        seed: i + 1 + 100 * phase,
        duration: jumpAt + LONGER * runOn,
        player: player(ADDRESS),
      })
      const { steps, exited } = scoreRun(run, { disruptedAt: at })
      // At full seconds, as the real clocks were looked at.
      const timeTo = (limit: Seconds) => timeUntilBelow(run.offsets, limit, at)
      return { to128ms: timeTo(0.128), timeTo10ms: timeTo(10e-3), timeTo1ms: timeTo(1e-3), steps, exited }
    }),
  )
  const times = runs.map(({ timeTo10ms }) => timeTo10ms)
  const model = median(times)
  const real = median(cell.runs.map(({ to10ms }) => to10ms))
  // What comes after the end of the real run counts as never, if the real clock never came.
  const ratio = real === Number.POSITIVE_INFINITY && model > runOn ? 1 : model / real
  const share = (is: readonly boolean[]) => is.filter(Boolean).length / is.length
  const exits = share(runs.map(({ exited }) => exited))
  const steps = share(runs.map(run => run.steps > 0))
  const realExits = share(cell.runs.map(({ exited }) => exited))
  const known = cell.runs.flatMap(run => hasStepped(run, fastestSlew) ?? [])
  const realSteps = known.length > 0 ? share(known) : undefined
  return {
    daemon: cell.daemon,
    configuration: cell.configuration,
    pause: cell.pause,
    real,
    realRange: rangeOf(cell.runs.map(({ to10ms }) => to10ms)),
    model,
    modelRange: rangeOf(times),
    ratio,
    realTo128ms: median(cell.runs.map(({ to128ms }) => to128ms)),
    to128ms: median(runs.map(({ to128ms }) => to128ms)),
    realTo1ms: median(cell.runs.map(({ to1ms }) => to1ms)),
    to1ms: median(runs.map(({ timeTo1ms }) => timeTo1ms)),
    realExits,
    exits,
    realSteps,
    steps,
    met:
      ratio <= 1.5 &&
      ratio >= 1 / 1.5 &&
      Math.round(exits) === Math.round(realExits) &&
      (realSteps === undefined || Math.round(steps) === Math.round(realSteps)),
  }
}

if (values.json) console.log(JSON.stringify(rows, undefined, 2))
else {
  const width = Math.max(...rows.map(({ configuration }) => configuration.length))
  const heads = ['pause', 'to 10 ms: real', 'model', 'ratio', 'to 128 ms', 'to 1 ms', 'steps', 'exits']
  const widths = [7, 25, 25, 7, 15, 15, 11, 11]
  const line = (daemon: string, configuration: string, cells: readonly string[]) =>
    [
      daemon.padEnd(12),
      configuration.padEnd(width),
      ...cells.map((cell, i) => cell.padStart(widths[i]!)),
    ].join(' ')
  console.log(line('', '', heads))
  for (const row of rows) {
    const cells = [
      `${row.pause} s`,
      `${seconds(row.real)} (${row.realRange.map(seconds).join('–')})`,
      `${seconds(row.model)} (${row.modelRange.map(seconds).join('–')})`,
      `${row.ratio.toFixed(2)}${row.met ? ' ' : '!'}`,
      [row.realTo128ms, row.to128ms].map(seconds).join(' | '),
      [row.realTo1ms, row.to1ms].map(seconds).join(' | '),
      [row.realSteps, row.steps].map(percent).join(' | '),
      [row.realExits, row.exits].map(percent).join(' | '),
    ]
    console.log(line(row.daemon, row.configuration, cells))
  }
  console.log(`${rows.filter(({ met }) => met).length} of ${rows.length} cells are met`)
}

function rangeOf(times: readonly Seconds[]): Seconds[] {
  return [Math.min(...times), Math.max(...times)]
}

function seconds(s: Seconds): string {
  return s === Number.POSITIVE_INFINITY ? 'never' : s.toFixed(0)
}

function percent(part: number | undefined): string {
  return part === undefined ? '?' : `${Math.round(100 * part)}%`
}
