/**
 * From given files to explained hosts: what apps/analyze/read.ts does with the files of a machine. Each file's beginning tells
 * what it is and when it begins; then all are read in the order in which they were written, those without years last.
 */
import { HostLog } from '#analysis/log/host-log.ts'
import { InOrder, PUT_IN_ORDER } from '#analysis/log/order/in-order.ts'
import { Repeats, repeatedIn } from '#analysis/log/order/repeats.ts'
import { trulyAt } from '#core/trace/truly-at.ts'
import { type Explained, explainHost } from '#diagnosis/explain.ts'
import { LOG_FORMATS } from '#dialects/formats.ts'
import { baseDayOf } from '#dialects/log/base-day.ts'
import { PATIENCE, Router } from '#dialects/log/router.ts'
import { SourceTable } from '#dialects/log/source-table.ts'
import type { LogFiles } from '#report/explain/page/logs.ts'
import { hostNames, hostOf } from '../../../analyze/hosts.ts'
import { nearDayOf } from '../../../analyze/near-day.ts'
import { unpackArchives } from './archives.ts'
import { bytesOf } from './bytes.ts'
import type { GivenFile } from './dropped.ts'

const DAY = 86_400
const HEAD = 1 << 16
/** Two files with one beginning are one log, twice. */
const SAME = 4096
const UNDATED = LOG_FORMATS.filter(({ dated }) => !dated).map(({ name }) => name)

interface Begun extends GivenFile {
  readonly host: readonly string[]
  readonly dated: boolean
  /** Seconds since 1970. */
  readonly begins: number
  /** The same by true time. */
  readonly written: number
  /** The first that was met in it. */
  readonly format: string | undefined
  readonly beginning: string
}

export type Progress = (done: { readonly bytes: number; readonly of: number; readonly file: string }) => void

export async function readGiven(
  given: readonly GivenFile[],
  progress: Progress,
): Promise<{ hosts: Explained[]; logs: LogFiles }> {
  const skipped: { file: string; why: string }[] = []
  const begun = withoutTwins(await begin(await unpackArchives(given, skipped), skipped), skipped)
  const times = (each: readonly Begun[]) => each.map(({ begins }) => begins).filter(Number.isFinite)
  const dated = times(begun.filter(each => each.dated))
  const known = dated.length > 0 ? dated : times(begun)
  const baseDay = baseDayOf(known)
  const groups = Map.groupBy(begun, ({ host }) => host.join('/'))
  const names = hostNames(
    [...groups.keys()].map(key => key.split('/').filter(Boolean)),
    'these files',
  )
  const files: LogFiles['files'][number][] = []
  const hosts: Explained[] = []
  const of = begun.reduce((sum, { file }) => sum + file.size, 0)
  let bytes = 0
  for (const [i, group] of [...groups.values()].entries()) {
    const name = names[i]!
    const log = new HostLog()
    const sources = new SourceTable()
    const repeats = new Repeats(
      group.sort(inOrder).map(({ begins, format }) => ({ begins: begins - baseDay * DAY, format })),
    )
    for (const [nth, each] of group.entries()) {
      progress({ bytes, of, file: each.path })
      const { span } = log
      const inOrder = new InOrder(piece => {
        if (repeats.keep(piece, nth)) log.tell(piece)
      })
      const router = new Router(LOG_FORMATS, {
        baseDay,
        nearDay: span
          ? baseDay + Math.floor((span.from + span.to) / 2 / DAY)
          : nearDayOf(each.file.lastModified),
        file: files.length,
        sources,
        tell: piece => inOrder.tell(piece),
      })
      try {
        for await (const piece of bytesOf(each.file)) router.push(piece)
      } catch (error) {
        skipped.push({ file: each.path, why: `not read to its end: ${reasonOf(error)}` })
      }
      bytes += each.file.size
      const { formats, lines, notUnderstood } = router.finish()
      inOrder.flush()
      if (inOrder.reordered) skipped.push({ file: each.path, why: PUT_IN_ORDER })
      const repeated = repeats.takeCount()
      if (repeated > 0) skipped.push({ file: each.path, why: repeatedIn(repeated) })
      if (formats.size === 0) {
        skipped.push({ file: each.path, why: 'no timekeeper wrote it' })
        continue
      }
      files.push({ name: each.path, host: name, formats: Object.fromEntries(formats), lines, notUnderstood })
    }
    if (log.empty) continue
    log.settleZone()
    const fileNames = files.map(each => each.name)
    hosts.push(explainHost({ name, log, baseDay, sourceNames: sources.names, fileNames }))
  }
  return { hosts, logs: { files, skipped } }
}

async function begin(
  given: readonly GivenFile[],
  skipped: { file: string; why: string }[],
): Promise<Begun[]> {
  const all: Begun[] = []
  for (const each of given.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    try {
      const one = await begunOf(each)
      if ('file' in one) all.push(one)
      else
        skipped.push({
          file: each.path,
          why: `no line of it is understood${one.refusal ? `: ${one.refusal}` : ''}`,
        })
    } catch (error) {
      skipped.push({ file: each.path, why: reasonOf(error) })
    }
  }
  return all
}

interface Nobodys {
  /** Why, where more is known. */
  readonly refusal: string | undefined
}

/** Nobody’s when no line of its beginning is understood. In a system log a timekeeper may speak later. */
async function begunOf(each: GivenFile): Promise<Begun | Nobodys> {
  const parts: number[] = []
  let begins = Number.POSITIVE_INFINITY
  let written: number | undefined
  let length = 0
  const router = new Router(LOG_FORMATS, {
    baseDay: 0,
    nearDay: nearDayOf(each.file.lastModified),
    file: 0,
    sources: new SourceTable(),
    tell: piece => {
      const at = piece.kind === 'event' ? piece.at : piece.at[0]!
      if (at < begins) begins = at
      if (piece.kind === 'samples') written ??= trulyAt(piece)
    },
  })
  let whole = true
  let failure: unknown
  try {
    for await (const piece of bytesOf(each.file)) {
      if (parts.length < SAME) parts.push(...piece.subarray(0, SAME - parts.length))
      router.push(piece)
      length += piece.length
      whole = length < (router.recognised ? HEAD : PATIENCE)
      if (!whole) break
    }
  } catch (error) {
    failure = error
  }
  const { formats } = router.finish({ torn: !whole })
  // What is torn is read as far as it goes.
  const nobodys = formats.size === 0 && !router.recognised
  if (nobodys && failure) throw failure
  if (nobodys) return { refusal: router.refusal }
  return {
    ...each,
    host: hostOf(each.path.split('/').slice(0, -1)),
    dated: ![...formats.keys()].some(name => UNDATED.includes(name)),
    begins,
    written: written ?? begins,
    format: [...formats.keys()][0],
    beginning: String.fromCharCode(...parts),
  }
}

/** Of two with one beginning the longer one is read. */
function withoutTwins(all: readonly Begun[], skipped: { file: string; why: string }[]): Begun[] {
  const logs = new Map<string, Begun>()
  for (const one of all) {
    const key = `${one.host.join('/')}\n${one.beginning}`
    const twin = logs.get(key)
    const [kept, left] = twin && twin.file.size >= one.file.size ? [twin, one] : [one, twin]
    if (left) skipped.push({ file: left.path, why: `the same log as ${kept.path}` })
    logs.set(key, kept)
  }
  return [...logs.values()]
}

const inOrder = (a: Begun, b: Begun): number =>
  Number(b.dated) - Number(a.dated) || a.written - b.written || (a.path < b.path ? -1 : 1)

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
