/**
 * Server-sent events: the status once a second, every trace record as it is written. One snapshot serves all readers.
 *
 * Records are numbered, and the newest are kept for a while: a reader that comes back with the number it saw last gets
 * what it missed, or `reset` when that is no longer known and it should ask the history. A reader that does not read
 * misses statuses first; when even its records pile up it is cut off, and comes back the same way.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodeRecord, encodeStatus } from '#report/encode.ts'
import { beginStream } from './respond.ts'
import type { Watched } from './watched.ts'

const MOST_READERS = 16
const KEPT_RECORDS = 512
/** Unread bytes at which a reader is cut off: more than all kept records. */
const MOST_UNREAD = 512 * 1024
const TICK_MS = 1000
/** A comment that keeps proxies and time-outs away even from a reader that gets no statuses. */
const HEARTBEAT_TICKS = 15

export interface Stream {
  /** False when there are too many readers already. */
  join(request: IncomingMessage, response: ServerResponse, after: string | undefined): boolean
  readonly readers: number
  close(): void
}

/** A mistake of ours in here is told to `onFault`; it must not reach the agent, whose records these are. */
export function openStream(watched: Watched, onFault: (fault: unknown) => void): Stream {
  // Numbers of another run of this agent must not look like ours.
  const run = randomBytes(6).toString('hex')
  const readers = new Set<ServerResponse>()
  const kept: string[] = []
  let next = 1
  let ticks = 0
  let timer: NodeJS.Timeout | undefined

  const unsubscribe = watched.subscribe(
    guarded(record => {
      const text = `id: ${run}-${next++}\nevent: record\ndata: ${JSON.stringify(encodeRecord(record))}\n\n`
      kept.push(text)
      if (kept.length > KEPT_RECORDS) kept.shift()
      for (const reader of readers) send(reader, text)
    }),
  )

  return {
    get readers() {
      return readers.size
    },
    join(request, response, after) {
      if (readers.size >= MOST_READERS) return false
      beginStream(response)
      if (request.method === 'HEAD') {
        response.end()
        return true
      }
      readers.add(response)
      response.on('close', () => leave(response))
      response.on('error', () => leave(response))
      response.write(`retry: 2000\n\n${missed(after)}${statusText()}`)
      timer ??= setInterval(guarded(tick), TICK_MS).unref()
      return true
    },
    close() {
      unsubscribe()
      for (const reader of readers) reader.end()
      readers.clear()
      clearInterval(timer)
    },
  }

  function tick(): void {
    const text = statusText() + (ticks++ % HEARTBEAT_TICKS === 0 ? ': beat\n\n' : '')
    for (const reader of readers) if (!reader.writableNeedDrain) send(reader, text)
  }

  function leave(reader: ServerResponse): void {
    readers.delete(reader)
    if (readers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function missed(after: string | undefined): string {
    if (after === undefined) return ''
    const [, ofRun, number] = /^([0-9a-f]{12})-(\d{1,15})$/.exec(after) ?? []
    const oldest = next - kept.length
    const from = Number(number) + 1
    if (ofRun !== run || from < oldest || from > next) return 'event: reset\ndata: {}\n\n'
    return kept.slice(from - oldest).join('')
  }

  function guarded<A extends unknown[]>(run: (...given: A) => void): (...given: A) => void {
    return (...given) => {
      try {
        run(...given)
      } catch (fault) {
        onFault(fault)
      }
    }
  }

  function statusText(): string {
    return `event: status\ndata: ${JSON.stringify(encodeStatus(watched.snapshot()))}\n\n`
  }
}

function send(reader: ServerResponse, text: string): void {
  if (reader.writableLength > MOST_UNREAD) reader.destroy()
  else reader.write(text)
}
