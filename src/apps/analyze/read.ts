/**
 * From paths to measured logs: find the files, see what they are, put them in the order in which they were written, and
 * read each once. Files without years come last, since the others tell which year it was.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { HostLog } from '#analysis/log/host-log.ts'
import { RollCall } from '#analysis/log/roll-call.ts'
import { dayOf } from '#core/time/civil.ts'
import { instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Piece } from '#core/trace/series.ts'
import { LOG_FORMATS } from '#dialects/formats.ts'
import { type NotUnderstood, Router } from '#dialects/log/router.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import { Ahead } from './chunks.ts'
import { findInputs, reason } from './find.ts'
import { hostNames, hostOf } from './hosts.ts'
import type { Input, Skipped } from './input.ts'
import { type Sniffed, sniff } from './sniff.ts'

const DAY = 86_400
/** After so much without a line that anybody understands, a file is let be. */
const PATIENCE = 4 << 20

export interface ReadFile {
  readonly name: string
  readonly host: string
  readonly formats: Readonly<Record<string, number>>
  readonly lines: number
  readonly bytes: number
  readonly notUnderstood: { readonly count: number; readonly first: readonly NotUnderstood[] }
}

/** What takes in the pieces of one host's logs. */
interface Taker {
  tell(piece: Piece): void
  readonly span: { readonly from: Seconds; readonly to: Seconds } | undefined
  readonly empty: boolean
}

export interface ReadHost<L> {
  readonly name: string
  readonly log: L
  readonly sources: SourceTable
}

export interface ReadLogs<L = HostLog> {
  /** Evidence names a file by its place here. */
  readonly files: readonly ReadFile[]
  readonly hosts: readonly ReadHost<L>[]
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
  const logs = await read(paths, { ...options, census: false }, () => new HostLog())
  for (const { log } of logs.hosts) log.settleZone()
  return logs
}

/** Only counts who spoke. */
export const readCensus = (paths: readonly string[], options: ReadOptions): Promise<ReadLogs<RollCall>> =>
  read(paths, { ...options, census: true }, () => new RollCall())

interface Reading extends ReadOptions {
  readonly census: boolean
}

async function read<L extends Taker>(
  paths: readonly string[],
  options: Reading,
  create: () => L,
): Promise<ReadLogs<L>> {
  let scratch: string | undefined
  try {
    const { inputs, skipped } = await findInputs(paths, {
      limit: options.limit,
      scratch: () => (scratch ??= mkdtempSync(join(tmpdir(), 'clockwright-analyze-'))),
    })
    const sniffed = await sniffAll(inputs, skipped, options)
    return await readAll(sniffed, skipped, basename(resolve(paths[0] ?? '.')), options, create)
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
  for (const input of inputs) {
    signal?.throwIfAborted()
    try {
      const one = await sniff(input, limit)
      if (one.kind === 'nothing') {
        skipped.push({ file: input.name, why: 'no line of it is understood' })
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

async function readAll<L extends Taker>(
  sniffed: readonly Sniffed[],
  skipped: Skipped[],
  whole: string,
  options: Reading,
  create: () => L,
): Promise<ReadLogs<L>> {
  const begins = sniffed
    .filter(({ dated }) => dated)
    .map(each => each.begins)
    .filter(Number.isFinite)
  const any = begins.length > 0 ? begins : sniffed.map(each => each.begins).filter(Number.isFinite)
  const baseDay = any.length > 0 ? Math.floor(any.reduce((a, b) => Math.min(a, b)) / DAY) : 0
  const groups = new Map<string, Sniffed[]>()
  for (const each of sniffed) {
    const key = hostOf(each.input.folders).join('/')
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  const keys = [...groups.keys()]
  const names = hostNames(
    keys.map(key => key.split('/').filter(Boolean)),
    whole,
  )
  const files: ReadFile[] = []
  const hosts: ReadHost<L>[] = []
  const of = sniffed.reduce((sum, { input }) => sum + input.size, 0)
  let bytes = 0
  for (const [i, key] of keys.entries()) {
    const name = names[i]!
    const log = create()
    const sources = new SourceTable()
    const ordered = groups
      .get(key)!
      .sort(
        (a, b) =>
          Number(b.dated) - Number(a.dated) || a.begins - b.begins || (a.input.name < b.input.name ? -1 : 1),
      )
    let any = false
    let next = new Ahead(ordered[0]!.input.path, options.limit)
    for (const [place, each] of ordered.entries()) {
      const now = next
      const following = ordered[place + 1]
      if (following) next = new Ahead(following.input.path, options.limit)
      try {
        options.signal?.throwIfAborted()
        const file = files.length
        const read = await readOne(
          each,
          now,
          { log, sources, baseDay, file, host: name, ...options },
          skipped,
          done => options.progress?.({ bytes: bytes + done, of, file: each.input.name }),
        )
        bytes += each.input.size
        if (!read) continue
        files.push(read)
        any = true
      } catch (error) {
        await next.close()
        throw error
      } finally {
        await now.close()
      }
    }
    if (!any || log.empty) continue
    hosts.push({ name, log, sources })
  }
  return { files, hosts, skipped, baseDay }
}

interface Into extends Reading {
  readonly log: Taker
  readonly sources: SourceTable
  readonly baseDay: number
  readonly file: number
  readonly host: string
}

async function readOne(
  { input }: Sniffed,
  ahead: Ahead,
  { log, sources, baseDay, file, host, census, signal }: Into,
  skipped: Skipped[],
  progress: (bytes: number) => void,
): Promise<ReadFile | undefined> {
  const modifiedDay = dayOf(instant(BigInt(input.modified.getTime()) * 1_000_000n))
  const span = log.span
  const router = new Router(LOG_FORMATS, {
    baseDay,
    nearDay: span ? baseDay + Math.floor((span.from + span.to) / 2 / DAY) : modifiedDay,
    file,
    sources,
    census,
    tell: piece => log.tell(piece),
  })
  let bytes = 0
  try {
    for await (const piece of ahead.chunks()) {
      signal?.throwIfAborted()
      router.push(piece)
      bytes += piece.length
      progress(Math.min(bytes, input.size))
      if (bytes > PATIENCE && !router.recognised) break
    }
  } catch (error) {
    if (signal?.aborted) throw error
    skipped.push({ file: input.name, why: `read up to byte ${bytes}: ${reason(error)}` })
  }
  const { formats, lines, notUnderstood } = router.finish()
  if (formats.size === 0) {
    skipped.push({ file: input.name, why: 'no timekeeper wrote it' })
    return undefined
  }
  return { name: input.name, host, formats: Object.fromEntries(formats), lines, bytes, notUnderstood }
}
