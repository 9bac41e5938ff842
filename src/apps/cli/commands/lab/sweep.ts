/** `clockwright lab sweep`: a story many times, with what was turned and who keeps the clock as rows and columns. */
import { knownPlayer } from '#lab/players/known.ts'
import { playersOf } from '#lab/players/of-scenario.ts'
import type { PlayerSpec } from '#lab/players/player.ts'
import { saidOfServers } from '#lab/players/servers-played.ts'
import { checkTogether } from '#lab/scenario/check.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import { type Axis, readAxis, valueText, whyIdle } from '#lab/sweep/axis.ts'
import { type Grid, gridOf, jobsOf, sweptCells } from '#lab/sweep/grid.ts'
import { KNOBS } from '#lab/sweep/knobs.ts'
import { print } from '#report/chart/svg.ts'
import { SWEEP_MEASURES, type Swept, sweepPicture, sweepText } from '#report/lab/sweep.ts'
import { printable } from '#report/table.ts'
import { choosePlayers } from '../../../lab/player-argument.ts'
import { playAll } from '../../../lab/pool.ts'
import { ResultsFile } from '../../../lab/results-file.ts'
import { notesOnServers, readStory } from '../../../lab/servers-option.ts'
import { Watch } from '../../../lab/watch.ts'
import { version } from '../../../version.ts'
import { Complaint } from '../../complain.ts'
import { printJson, styler } from '../../print.ts'
import { write } from './play.ts'

interface Options {
  readonly over: readonly string[]
  readonly seeds: number
  readonly servers?: number
  readonly measure: string
  readonly results?: string
  readonly fresh?: boolean
  readonly json?: boolean
  readonly svg?: string
}

const MOST_RUNS = 1_000_000

export async function sweep(file: string, options: Options): Promise<void> {
  const { name, scenario, notes: ofStory } = readStory(file, options.servers)
  const axes = options.over.map(orComplain)
  const knobs = axes.filter(axis => axis.kind === 'knob')
  const twice = knobs.find(({ name }, i) => knobs.findIndex(each => each.name === name) < i)
  if (twice) throw new Complaint(`${twice.name} is given twice: write all of its values behind one --over`)
  const written = axes.flatMap(axis => (axis.kind === 'players' ? axis.written : []))
  const chosen = choosePlayers(written, scenario)
  const playersIn = (story: Scenario): PlayerSpec[] =>
    written.length > 0
      ? chosen.map(({ player }, i) => ({
          ...(knownPlayer(written[i]!, addressesIn(story)) ?? player),
          name: player.name,
        }))
      : playersOf(story)
  const players = playersIn(scenario)
  const counted = knobs.find(({ name }) => name === 'servers')
  if (counted && options.servers !== undefined)
    throw new Complaint('servers are given twice: behind --over and behind --servers')
  for (const { name: turned } of knobs) {
    const idle = whyIdle(turned, scenario, players)
    if (idle !== undefined) throw new Complaint(`${turned}: ${idle}`)
  }
  const runs = knobs.reduce((product, { values }) => product * values.length, players.length * options.seeds)
  if (runs > MOST_RUNS) throw new Complaint(`${runs} runs are more than ${MOST_RUNS}`)
  const grid = gridOf(scenario, knobs, playersIn, options.seeds)
  complainOfImpossible(grid)
  const jobs = jobsOf(grid)
  const results = new ResultsFile(
    options.results ?? `${name}.sweep.jsonl`,
    { version, scenario, players, knobs, seeds: options.seeds },
    jobs.length,
    options.fresh ?? false,
  )
  await playRest(jobs, results)
  const swept: Swept = {
    title: scenario.title,
    axes: knobs.map(axis => axis.name),
    cells: sweptCells(
      grid,
      results.scores.map(score => score!),
    ),
    measure: SWEEP_MEASURES[options.measure]!,
  }
  const stories = (counted?.values ?? []).map(count => KNOBS.servers!.turn(scenario, count))
  const notes = [
    ...(written.length > 0 ? chosen.flatMap(each => each.notes) : ofStory),
    ...(counted
      ? stories.flatMap(story =>
          playersIn(story).flatMap(player =>
            saidOfServers(player, story).map(said => `servers ${story.server.length}: ${said}`),
          ),
        )
      : notesOnServers(players, scenario)),
  ]
  if (options.svg !== undefined) write(options.svg, `${print(sweepPicture(swept))}\n`)
  if (options.json)
    return printJson({
      scenario: name,
      seeds: options.seeds,
      notes,
      axes: knobs.map(axis => ({ name: axis.name, values: axis.values })),
      cells: swept.cells.map(({ player, values, summary }) => ({ player, ...values, ...summary })),
    })
  const said = notes.map(note => `Note: ${printable(note)}\n`)
  process.stdout.write(
    `${sweepText(swept, styler())}\n${said.join('')}${jobs.length} runs, ${options.seeds} of each; kept in ${results.path}.\n`,
  )
}

const addressesIn = ({ server }: Scenario): string[] => server.map(({ address }) => address)

/** Ctrl-C loses nothing: what was played is in the file. */
async function playRest(jobs: ReturnType<typeof jobsOf>, results: ResultsFile): Promise<void> {
  const open = jobs.flatMap((_, index) => (results.scores[index] ? [] : [index]))
  const watch = new Watch(jobs.length, jobs.length - open.length)
  try {
    await playAll(
      open.map(index => jobs[index]!),
      {
        signal: watch.signal,
        done(i, { score }) {
          results.add(open[i]!, score)
          watch.done()
        },
      },
    )
  } finally {
    results.flush()
    watch.close()
  }
  watch.throwIfInterrupted(`; they are in ${results.path}, and the same command goes on from there`)
}

function orComplain(text: string): Axis {
  const axis = readAxis(text)
  if (axis.kind === 'refused') throw new Complaint(axis.why)
  return axis
}

/** A story that a file could not have told, because what was turned no longer fits the rest. */
function complainOfImpossible({ axes, cells }: Grid): void {
  const [someone] = cells
  for (const { scenario, values, player } of cells) {
    if (player.name !== someone!.player.name) return
    const [problem] = checkTogether(scenario)
    if (!problem) continue
    const turned = axes.map(({ name }, i) => `${name} ${valueText(name, values[i]!)}`).join(', ')
    throw new Complaint(`${turned}: ${problem.path.join('.')} ${problem.message}`)
  }
}
