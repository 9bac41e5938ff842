/** `clockwright lab run` and `clockwright lab compare`: play a story, and show what it came to. */
import { writeFileSync } from 'node:fs'
import { playersOf } from '#lab/players/of-scenario.ts'
import type { PlayerSpec } from '#lab/players/player.ts'
import { print } from '#report/chart/svg.ts'
import { resultPage } from '#report/lab/page.ts'
import { offsetChart } from '#report/lab/picture.ts'
import { comparison, playersTable, type Result, reportedText, storyText } from '#report/lab/results.ts'
import { sketch } from '#report/lab/sketch.ts'
import { printable, wrapped } from '#report/table.ts'
import { playStory } from '../../../lab/play-all.ts'
import { choosePlayers } from '../../../lab/player-argument.ts'
import type { ScenarioFile } from '../../../lab/scenario-file.ts'
import { notesOnServers, readStory } from '../../../lab/servers-option.ts'
import { version } from '../../../version.ts'
import { Complaint } from '../../complain.ts'
import { printJson, styler } from '../../print.ts'

interface Output {
  readonly seeds: number
  readonly json?: boolean
  readonly svg?: string
  readonly html?: string
}

interface Story {
  readonly servers?: number
}

export async function run(
  file: string,
  options: Output & Story & { readonly player?: string[] },
): Promise<void> {
  const story = readStory(file, options.servers)
  const { players, notes } = options.player
    ? chosen(options.player, story)
    : { players: playersOf(story.scenario), notes: story.notes }
  await playAndShow(story, players, [...notes, ...notesOnServers(players, story.scenario)], options, 'rows')
}

export async function compare(
  file: string,
  options: Output & Story & { readonly with: string[] },
): Promise<void> {
  const story = readStory(file, options.servers)
  const { players, notes } = chosen(options.with, story)
  await playAndShow(
    story,
    players,
    [...notes, ...notesOnServers(players, story.scenario)],
    options,
    'columns',
  )
}

/** Beyond that a table with a column for each is wider than terminals are. */
const MOST_COLUMNS = 4

export async function playAndShow(
  story: Omit<ScenarioFile, 'notes'>,
  players: readonly PlayerSpec[],
  notes: readonly string[],
  { seeds, json, svg, html }: Output,
  each: 'rows' | 'columns',
): Promise<void> {
  const { scenario } = story
  const results = await playStory(scenario, players, seeds)
  if (svg !== undefined) write(svg, `${print(offsetChart(scenario.title, results, { alone: true }))}\n`)
  if (html !== undefined) write(html, resultPage({ scenario, results, notes, seeds, version }))
  if (json) return printJson(forPrograms(story, results, notes, seeds))
  const style = styler()
  const columns = Math.max(60, Math.min(110, process.stdout.columns ?? 100))
  const side = each === 'columns' && results.length <= MOST_COLUMNS
  process.stdout.write(
    [
      storyText(scenario, seeds, style, columns),
      ...notes
        .flatMap(note => wrapped(`Note: ${printable(note)}`, columns, ''))
        .map(line => `${style('yellow', line)}\n`),
      '\n',
      side ? comparison(results, style) : playersTable(results, style),
      each === 'rows' ? reportedText(scenario, style, columns) : '',
      ...results.flatMap(({ name, curve }) =>
        curve
          ? [
              `\n${style('bold', printable(name))}: true offset; positive: behind\n`,
              sketch(curve, { columns, rows: 6 }, style),
            ]
          : [],
      ),
    ].join(''),
  )
}

const chosen = (written: readonly string[], { scenario }: ScenarioFile) => {
  const found = choosePlayers(written, scenario)
  return { players: found.map(({ player }) => player), notes: found.flatMap(({ notes }) => notes) }
}

function forPrograms(
  { name, path, scenario }: Omit<ScenarioFile, 'notes'>,
  results: readonly Result[],
  notes: readonly string[],
  seeds: number,
) {
  return {
    scenario: { name, path, title: scenario.title, duration: scenario.duration },
    seeds,
    players: results.map(({ name: called, summary }) => ({ name: called, ...summary })),
    notes,
  }
}

export function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new Complaint(`${file}: cannot be written: ${(error as Error).message}`)
  }
}
