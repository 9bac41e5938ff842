/**
 * Logs that nobody has seen: real daemons keep a clock in clknetsim through stories that are drawn by chance, and the
 * analysis has to find what was drawn, from all of their logs and from each log alone.
 *
 *   node bench/explain/unseen.ts [--seeds N] [--first-seed N] [--harder] [--only KIND] [--keep DIRECTORY] [--write]
 *
 * Needs clknetsim and chronyd as bench/clknetsim/run.ts does; with NTPD set to a classic ntpd, that one, too. With --keep
 * the logs stay, and are not played again. With --write the table goes into docs/reference/samples.md. With --harder the
 * stories are those where more lies close together, or hides in noise.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { HARDER_KINDS, harderStoriesOf } from './unseen/harder.ts'
import { type Judged, judge, VIEWS } from './unseen/judge.ts'
import { DAEMONS, type Daemon, playInto } from './unseen/play.ts'
import { KIND_TITLES, type Story, storiesOf } from './unseen/stories.ts'
import { writeTable } from './write-table.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    'first-seed': { type: 'string', default: '101' },
    only: { type: 'string' },
    daemon: { type: 'string' },
    keep: { type: 'string' },
    quiet: { type: 'boolean' },
    harder: { type: 'boolean' },
    write: { type: 'boolean' },
  },
})

type Tally = { runs: number; jumps: number; found: number; invented: number; asked: number; named: number }

const first = Number(values['first-seed'])
const stories = Array.from({ length: Number(values.seeds) }, (_, i) =>
  (values.harder ? harderStoriesOf : storiesOf)(first + i),
).flat()
const scratch = values.keep ?? mkdtempSync(join(tmpdir(), 'clockwright-unseen-'))
const tallies = new Map<string, Tally>()
try {
  for (const daemon of DAEMONS)
    for (const story of stories) {
      if ((values.only && story.kind !== values.only) || (values.daemon && daemon !== values.daemon)) continue
      const directory = join(scratch, daemon, story.name)
      const logs = join(directory, 'logs')
      if (!existsSync(logs)) await playInto(directory, daemon, story, 0)
      for (const [view, wanted] of Object.entries(VIEWS[daemon]))
        count(daemon, story, view, await judge(logs, story, wanted))
    }
} finally {
  if (!values.keep) rmSync(scratch, { recursive: true, force: true })
}

const table = tableOf()
if (values.write) writeTable(`bench/explain/unseen.ts${values.harder ? ' --harder' : ''}`, table)
else console.log(table)

function count(
  daemon: Daemon,
  { kind, name, polls, makestep, servers }: Story,
  view: string,
  judged: Judged,
): void {
  const key = [kind, daemon, view].join('\t')
  const tally = tallies.get(key) ?? { runs: 0, jumps: 0, found: 0, invented: 0, asked: 0, named: 0 }
  tallies.set(key, tally)
  tally.runs++
  tally.jumps += judged.jumps
  tally.found += judged.found
  tally.invented += judged.invented
  if (judged.named !== undefined) tally.asked++
  if (judged.named) tally.named++
  if (judged.wrong.length > 0 && !values.quiet)
    console.error(
      `${name} ${daemon} ${view} polls ${polls} ${makestep}, ${servers.length} servers: ${judged.wrong.join(' | ')}`,
    )
}

/** A row for each kind of story, a column for each daemon and what was read of it. */
function tableOf(): string {
  const columns = DAEMONS.flatMap(daemon => Object.keys(VIEWS[daemon]).map(view => ({ daemon, view })))
  const rows = Object.entries(values.harder ? HARDER_KINDS : KIND_TITLES).map(([kind, title]) => {
    const tallied = columns.map(({ daemon, view }) => tallies.get([kind, daemon, view].join('\t')))
    const runs = tallied.find(tally => tally !== undefined)?.runs ?? 0
    return `| ${kind}: ${title} (${runs}) | ${tallied.map(cell).join(' | ')} |`
  })
  return [
    `| what happens (runs of each daemon) | ${columns.map(({ daemon, view }) => (view === 'all' ? `${daemon}, all logs` : view)).join(' | ')} |`,
    `|---|${columns.map(() => '---').join('|')}|`,
    ...rows,
  ].join('\n')
}

function cell(tally: Tally | undefined): string {
  if (!tally) return ''
  const { jumps, found, invented, asked, named } = tally
  const parts = asked > 0 ? [`${named} of ${asked} named`] : []
  if (jumps > 0) parts.push(`${found} of ${jumps} jumps`)
  if (invented > 0) parts.push(`${invented} invented`)
  return parts.join(', ') || 'nothing invented'
}
