/** `clockwright analyze PATH…`: from the logs of a time daemon to what happened to its clock. */

import { duration } from '#core/time/format.ts'
import type { Explained } from '#diagnosis/explain.ts'
import { explainHost } from '#diagnosis/explain.ts'
import { oddOneOf } from '#diagnosis/odd-one.ts'
import { censusScreen, encodeCensus } from '#report/explain/census.ts'
import { encodeHost } from '#report/explain/encode.ts'
import { nothingSentence } from '#report/explain/nothing.ts'
import { oddSentence } from '#report/explain/odd.ts'
import { explainScreen } from '#report/explain/screen.ts'
import { verdictOf } from '#report/explain/verdict.ts'
import { compareHosts, versusScreen } from '#report/explain/versus.ts'
import { printable } from '#report/table.ts'
import { STANDARD_INPUT } from '../../analyze/find.ts'
import { type ReadLogs, type ReadOptions, readCensus, readLogs } from '../../analyze/read.ts'
import type { ReportFiles } from '../../analyze/write-report.ts'
import { Complaint } from '../complain.ts'
import { CRITICAL, OK, UNKNOWN, WARNING } from '../exit.ts'
import { printJson, styler, toJson } from '../print.ts'
import { Progress } from '../progress.ts'
import { follow, redraw } from './follow.ts'

interface Options extends ReportFiles {
  json?: boolean
  census?: boolean
  versus?: string
  follow?: boolean
  limit: number
}

/** The worst of several hosts first. */
const EXITS = [
  ['critical', CRITICAL],
  ['warning', WARNING],
  ['good', OK],
] as const
/** Only what takes longer is worth a line that says so. */
const PATIENCE_MS = 2000
const REDRAW_MS = 200
/** More hosts are told in brief. */
const IN_FULL = 2
const WIDEST = 120
const MOST_SKIPPED = 5

export async function analyze(paths: readonly string[], options: Options): Promise<void> {
  if ((options.census || options.versus) && wantsFiles(options))
    throw new Complaint(
      '--html, --svg, --png and --gnuplot are for one analysis: not with --census or --versus',
    )
  if (options.plot && !options.svg && !options.png)
    throw new Complaint('--plot says what --svg or --png shows: give one of them')
  if (options.census && options.versus)
    throw new Complaint('--census counts, --versus compares: give one of them')
  if (options.follow && (options.census || options.versus || wantsFiles(options)))
    throw new Complaint('--follow shows one analysis as it goes on: not with --census, --versus or files')
  if (options.follow && paths.includes(STANDARD_INPUT))
    throw new Complaint('--follow reads again what has grown: what comes through a pipe is there only once')
  if (options.follow) return following(paths, options)
  if (options.census) return census(paths, options)
  if (options.versus) return versus(paths, options.versus, options)
  const logs = await watched(given => readLogs(paths, given), options)
  const hosts = explained(logs)
  if (options.json) printJson(encoded(hosts, logs))
  else process.stdout.write(text(hosts, logs))
  await reports(options, hosts, logs)
  process.exitCode = exitCodeOf(hosts)
}

const encoded = (hosts: readonly Explained[], logs: ReadLogs) => ({
  files: logs.files,
  hosts: hosts.map(host => encodeHost(host, fileNames(logs))),
  odd: oddOneOf(hosts) ?? null,
  skipped: logs.skipped,
})

function exitCodeOf(hosts: readonly Explained[]): number {
  const verdicts = hosts.map(verdictOf)
  return EXITS.find(([verdict]) => verdicts.includes(verdict))?.[1] ?? UNKNOWN
}

/** Until somebody interrupts; the exit code is that of the last state. */
async function following(paths: readonly string[], { json, limit }: Options): Promise<void> {
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    await follow(paths, stop.signal, async () => {
      const logs = await readLogs(paths, { limit })
      const hosts = explained(logs)
      if (json) process.stdout.write(`${toJson(encoded(hosts, logs))}\n`)
      else redraw(text(hosts, logs))
      process.exitCode = exitCodeOf(hosts)
    })
  } finally {
    process.removeListener('SIGINT', interrupt)
    process.removeListener('SIGTERM', interrupt)
  }
}

const wantsFiles = ({ html, svg, png, gnuplot }: ReportFiles): boolean =>
  Boolean(html ?? svg ?? png ?? gnuplot)

/** Whoever asks for no file loads nothing that writes one. */
async function reports(options: Options, hosts: readonly Explained[], logs: ReadLogs): Promise<void> {
  if (!wantsFiles(options)) return
  const { writeReports } = await import('../../analyze/write-report.ts')
  const written = await writeReports(options, { hosts, logs })
  if (options.json) return
  const style = styler()
  const lines = written.map(({ file, bytes }) =>
    printable(
      bytes === undefined
        ? `not written: ${file}: there is too little to draw`
        : `wrote ${file} (${Math.ceil(bytes / 1e3)} kB)`,
    ),
  )
  process.stdout.write(`\n${lines.map(line => `${style('dim', line)}\n`).join('')}`)
}

function explained({ hosts, baseDay, files }: ReadLogs): Explained[] {
  const fileNames = files.map(({ name }) => name)
  return hosts.map(({ name, log, sources }) =>
    explainHost({ name, log, baseDay, sourceNames: sources.names, fileNames }),
  )
}

/** Field report 002's question alone: who spoke, how often, since when. */
async function census(paths: readonly string[], options: Options): Promise<void> {
  const logs = await watched(given => readCensus(paths, given), options)
  const { files, skipped, baseDay } = logs
  const hosts = logs.hosts.map(({ name, log, sources }) => ({
    name,
    log,
    baseDay,
    sourceNames: sources.names,
  }))
  if (options.json) printJson({ files, hosts: hosts.map(encodeCensus), skipped })
  else {
    const style = styler()
    const screens = hosts.map(host => censusScreen(host, style))
    if (hosts.length === 0) screens.push('No log that names sources was found.\n')
    process.stdout.write(withFoot(screens, logs))
  }
  process.exitCode = hosts.length === 0 ? UNKNOWN : OK
}

/** What a change did: hosts of one name are compared; a single one on each side whatever it is called. */
async function versus(paths: readonly string[], later: string, options: Options): Promise<void> {
  const before = explained(await watched(given => readLogs(paths, given), options))
  const after = explained(await watched(given => readLogs([later], given), options))
  const single = before.length === 1 && after.length === 1
  const pairs = before.flatMap(host => {
    const other = single ? after[0] : after.find(({ name }) => name === host.name)
    return other ? [compareHosts(host, other)] : []
  })
  if (options.json) printJson({ versus: pairs })
  else if (pairs.length === 0) process.stdout.write('No host has logs on both sides.\n')
  else process.stdout.write(pairs.map(pair => versusScreen(pair, styler())).join('\n'))
  if (pairs.every(({ outcome }) => outcome === 'not known')) process.exitCode = UNKNOWN
  else
    process.exitCode = pairs.some(({ outcome }) => outcome === 'worse' || outcome === 'mixed') ? WARNING : OK
}

/** Reads with a bar for the patient, until somebody interrupts. */
async function watched<L>(
  read: (options: ReadOptions) => Promise<ReadLogs<L>>,
  { limit }: Options,
): Promise<ReadLogs<L>> {
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort(new Complaint('interrupted', 130))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const progress = new Progress()
  try {
    return await read({ limit, signal: interrupted.signal, progress: reporter(progress) })
  } finally {
    progress.clear()
    process.removeListener('SIGINT', interrupt)
    process.removeListener('SIGTERM', interrupt)
  }
}

const fileNames = ({ files }: ReadLogs): string[] => files.map(({ name }) => name)

function text(hosts: readonly Explained[], logs: ReadLogs): string {
  const style = styler()
  const screens = hosts.map(host =>
    explainScreen(
      host,
      {
        columns: Math.min(process.stdout.columns ?? 100, WIDEST),
        fileNames: fileNames(logs),
        brief: hosts.length > IN_FULL,
      },
      style,
    ),
  )
  if (hosts.length === 0) screens.push(`${nothingSentence(logs.files)}\n`)
  const odd = oddOneOf(hosts)
  if (odd) screens.push(`${style('bold', printable(oddSentence(odd)))}\n`)
  return withFoot(screens, logs)
}

function withFoot(screens: readonly string[], logs: ReadLogs<unknown>): string {
  const style = styler()
  const foot = [...notUnderstood(logs), ...skipped(logs, logs.hosts.length === 0)].map(line =>
    style('dim', line),
  )
  return `${screens.join('\n')}${foot.length > 0 ? `\n${foot.join('\n')}\n` : ''}`
}

function notUnderstood({ files }: ReadLogs<unknown>): string[] {
  return files
    .filter(file => file.notUnderstood.count > 0)
    .slice(0, MOST_SKIPPED)
    .map(({ name, notUnderstood: { count, first } }) => {
      const [one] = first
      const sample = one ? `, first line ${one.line}: ${one.text}` : ''
      return printable(`${name}: ${count} line${count > 1 ? 's' : ''} not understood${sample}`)
    })
}

function skipped({ skipped }: ReadLogs<unknown>, all: boolean): string[] {
  if (skipped.length === 0) return []
  const shown = skipped.slice(0, all ? 20 : MOST_SKIPPED)
  const rest = skipped.length - shown.length
  return [
    ...shown.map(({ file, why }) => printable(`skipped ${file}: ${why}`)),
    ...(rest > 0 ? [`and ${rest} more files skipped (--json lists them)`] : []),
  ]
}

/** Speaks up only after a while, and not at every piece. */
function reporter(progress: Progress): (done: { bytes: number; of: number; file: string }) => void {
  const began = process.hrtime.bigint()
  let shown = PATIENCE_MS - REDRAW_MS
  return ({ bytes, of, file }) => {
    const elapsed = Number(process.hrtime.bigint() - began) / 1e6
    if (elapsed < shown + REDRAW_MS) return
    shown = elapsed
    const share = of > 0 ? bytes / of : 1
    const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░')
    const left = share > 0 ? ` ${duration((elapsed / 1e3) * (1 / share - 1))} left` : ''
    progress.show(`${bar} ${(share * 100).toFixed(0)} %${left}  ${printable(file).slice(-40)}`)
  }
}
