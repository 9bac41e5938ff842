/** A log that a server gathered, put apart: a file for each of its machines, unpacked beside archives, in a folder of that name. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { BEGINNING, HostLines, isOfSeveralHosts, readApart } from '#dialects/log/several-hosts.ts'
import { readStamp } from '#dialects/log/stamp.ts'
import { chunksOf } from './chunks.ts'
import type { Input, Skipped } from './input.ts'
import { nearDayOf } from './near-day.ts'
import { reason } from './reason.ts'

/** Its first lines, which show whether it is one of a system. */
const FIRST = 1 << 12

interface Apart {
  readonly input: Input
  /** Its machines' files are put here: a path, to which a number is added. */
  readonly beside: () => string
  readonly limit: number
  readonly skipped: Skipped[]
}

/** The log itself, where it is of one machine. */
export async function hostsApart({ input, beside, limit, skipped }: Apart): Promise<Input[]> {
  const nearDay = nearDayOf(input.modified.getTime())
  if (!(await isOfSeveral(input, limit, nearDay))) return [input]
  const place = beside()
  const open = new Map<string, { readonly path: string; readonly fd: number }>()
  const lines = new HostLines(nearDay, (host, bytes) => {
    let file = open.get(host)
    if (!file) {
      const path = `${place}${open.size}`
      file = { path, fd: openSync(path, 'wx', 0o600) }
      open.set(host, file)
    }
    writeSync(file.fd, bytes)
  })
  try {
    for await (const piece of chunksOf(input.path, limit)) lines.push(piece)
    lines.finish()
  } catch (error) {
    skipped.push({ file: input.name, why: reason(error) })
  } finally {
    for (const { fd } of open.values()) closeSync(fd)
  }
  skipped.push({ file: input.name, why: readApart(lines.hosts) })
  return [...open].map(([host, { path }]) => ({
    name: `${input.name}:${host}`,
    path,
    folders: [...input.folders, host],
    size: statSync(path).size,
    modified: input.modified,
  }))
}

async function isOfSeveral({ path }: Input, limit: number, nearDay: number): Promise<boolean> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of chunksOf(path, limit, { most: FIRST })) {
      if (length === 0 && !isStamped(piece, nearDay)) return false
      pieces.push(Buffer.from(piece))
      length += piece.length
      if (length >= BEGINNING) break
    }
  } catch {
    // Whoever reads it next says why.
    return false
  }
  const beginning = Buffer.concat(pieces)
  return isOfSeveralHosts(beginning.subarray(0, beginning.lastIndexOf('\n') + 1), nearDay)
}

/** Whether its first lines are those of a system log: others are not looked at further. */
const isStamped = (first: Uint8Array, nearDay: number): boolean =>
  Buffer.from(first)
    .toString('latin1')
    .split('\n')
    .some(line => readStamp(line, nearDay)?.host !== undefined)
