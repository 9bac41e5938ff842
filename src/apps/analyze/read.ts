/**
 * From paths to measured logs: find the files, see what they are, put them in the order in which they were written, and
 * read each once. Files without years come last, since the others tell which year it was.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { HostLog } from '#analysis/log/host-log.ts'
import { Repeats } from '#analysis/log/order/repeats.ts'
import { RollCall } from '#analysis/log/sources/roll-call.ts'
import { grouped } from '#core/grouped.ts'
import { baseDayOf } from '#dialects/log/base-day.ts'
import { PATIENCE } from '#dialects/log/router.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { FileReading, type Host, type ReadFile, type Reading, type Taker } from './file-reading.ts'
import { findInputs, STANDARD_INPUT } from './find.ts'
import { hostNames, hostOf } from './hosts.ts'
import type { Input, Skipped } from './input.ts'
import { reason } from './reason.ts'
import { type Sniffed, sniff } from './sniff.ts'
import { readHere } from './task.ts'

const DAY = 86_400
/** Less is read before threads have begun. */
const WORTH_THREADS = 48e6

export interface ReadLogs<L = HostLog> {
  /** Evidence names a file by its place here. */
  readonly files: readonly ReadFile[]
  readonly hosts: readonly Host<L>[]
  readonly skipped: readonly Skipped[]
  readonly baseDay: number
}

export interface ReadOptions {
  /** Bytes that one packed file may unpack to. */
  readonly limit: number
  readonly signal?: AbortSignal
  readonly progress?: (done: { readonly bytes: number; readonly of: number; readonly file: string }) => void
}

/** Measures all that is in them. */
export async function readLogs(paths: readonly string[], options: ReadOptions): Promise<ReadLogs> {
  const logs = await readInto(paths, options, () => new HostLog())
  for (const { log } of logs.hosts) log.settleZone()
  return logs
}

/** Only counts who spoke. */
export const readCensus = (paths: readonly string[], options: ReadOptions): Promise<ReadLogs<RollCall>> =>
  read(paths, { ...options, census: true }, () => new RollCall())

/** Gives all of each host's logs to whatever takes it in. */
export const readInto = <L extends Taker>(
  paths: readonly string[],
  options: ReadOptions,
  create: () => L,
): Promise<ReadLogs<L>> => read(paths, { ...options, census: false }, create)

interface Wanted extends ReadOptions {
  readonly census: boolean
}

async function read<L extends Taker>(
  paths: readonly string[],
  options: Wanted,
  create: () => L,
): Promise<ReadLogs<L>> {
  let scratch: string | undefined
  try {
    const { inputs, skipped } = await findInputs(paths, {
      limit: options.limit,
      scratch: () => (scratch ??= mkdtempSync(join(tmpdir(), 'clockwright-analyze-'))),
    })
    const sniffed = await sniffAll(inputs, skipped, options)
    const whole = paths[0] === STANDARD_INPUT ? 'stdin' : basename(resolve(paths[0] ?? '.'))
    return await readAll(sniffed, skipped, whole, options, create)
  } finally {
    if (scratch) rmSync(scratch, { recursive: true, force: true })
  }
}

async function sniffAll(
  inputs: readonly Input[],
  skipped: Skipped[],
  { limit, signal }: ReadOptions,
): Promise<Sniffed[]> {
  const logs = new Map<string, Sniffed>()
  // One alone has no twin, and should not wait for cryptography.
  const digest = inputs.length > 1 ? await loadDigest() : () => ''
  for (const input of inputs) {
    signal?.throwIfAborted()
    try {
      const one = await sniff(input, limit, digest)
      if (one.kind === 'nothing') {
        const of = one.whole ? 'it' : `its first ${PATIENCE >> 20} MiB`
        skipped.push({
          file: input.name,
          why: `no line of ${of} is understood${one.refusal ? `: ${one.refusal}` : ''}`,
        })
        continue
      }
      const key = `${hostOf(input.folders).join('/')}\n${one.beginning}`
      const twin = logs.get(key)
      const [kept, left] = twin && twin.input.size >= one.input.size ? [twin, one] : [one, twin]
      if (left) skipped.push({ file: left.input.name, why: `the same log as ${kept.input.name}` })
      logs.set(key, kept)
    } catch (error) {
      skipped.push({ file: input.name, why: reason(error) })
    }
  }
  return [...logs.values()]
}

async function loadDigest(): Promise<(bytes: Uint8Array) => string> {
  const { createHash } = await import('node:crypto')
  return bytes => createHash('sha256').update(bytes).digest('base64')
}

async function readAll<L extends Taker>(
  sniffed: readonly Sniffed[],
  skipped: Skipped[],
  whole: string,
  options: Wanted,
  create: () => L,
): Promise<ReadLogs<L>> {
  const begins = sniffed
    .filter(({ dated }) => dated)
    .map(each => each.begins)
    .filter(Number.isFinite)
  const any = begins.length > 0 ? begins : sniffed.map(each => each.begins).filter(Number.isFinite)
  const baseDay = baseDayOf(any)
  const files: ReadFile[] = []
  const of = sniffed.reduce((sum, { input }) => sum + input.size, 0)
  let before = 0
  let under: FileReading | undefined
  const reading: Reading = {
    ...options,
    baseDay,
    files,
    skipped,
    paced(file, bytes) {
      if (under !== file) before += under?.sniffed.input.size ?? 0
      under = file
      const { name, size } = file.sniffed.input
      options.progress?.({ bytes: before + Math.min(bytes, size), of, file: name })
    },
  }
  const hosts: Host<L>[] = []
  const all: FileReading[] = []
  for (const { name, group } of byHost(sniffed, whole)) {
    const host = { name, log: create(), sources: new SourceTable() }
    hosts.push(host)
    const repeats = new Repeats(
      group.sort(inOrder).map(({ begins, format }) => ({ begins: begins - baseDay * DAY, format })),
    )
    all.push(...group.map((each, nth) => new FileReading(each, { host, repeats, nth }, reading)))
  }
  const weight = all.reduce((sum, file) => sum + file.weight, 0)
  const threads = weight >= WORTH_THREADS
  const tasks = all.flatMap(file => file.tasks(threads))
  // Most logs are short: what starts threads is loaded for those that are not.
  const readAllOf = threads ? (await import('./crew.ts')).readInThreads : readHere
  await readAllOf(tasks, options.signal)
  const heard = new Set(files.map(({ host }) => host))
  return {
    files,
    hosts: hosts.filter(({ name, log }) => heard.has(name) && !log.empty),
    skipped,
    baseDay,
  }
}

function byHost(sniffed: readonly Sniffed[], whole: string): { name: string; group: Sniffed[] }[] {
  const groups = grouped(sniffed, ({ input }) => hostOf(input.folders).join('/'))
  const names = hostNames(
    [...groups.keys()].map(key => key.split('/').filter(Boolean)),
    whole,
  )
  return [...groups.values()].map((group, i) => ({ name: names[i]!, group }))
}

const inOrder = (a: Sniffed, b: Sniffed): number =>
  Number(b.dated) - Number(a.dated) || a.written - b.written || (a.input.name < b.input.name ? -1 : 1)
