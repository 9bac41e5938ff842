/** Whom a daemon followed, and for how long, as its messages tell. */
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import type { HostLog } from './host-log.ts'

export interface Followed {
  readonly time: Seconds
  /** Of all the time in which one was. */
  readonly share: number
}

interface Span {
  readonly from: Seconds
  readonly to: Seconds
}

/** For how long a source was, in those times. None is until the first is named, nor from the word that none is. */
export function followedIn(log: HostLog, daemon: Daemon, name: string, spans: readonly Span[]): Followed {
  const said = log.events
    .of('selected', 'no-source', 'started', 'ended')
    .filter(event => event.daemon === daemon)
    .sort((a, b) => a.at - b.at || a.line - b.line)
  const end = log.span?.to ?? said.at(-1)?.at ?? 0
  let [time, all] = [0, 0]
  for (const [i, { what, source, at }] of said.entries()) {
    if (what !== 'selected') continue
    const until = said[i + 1]?.at ?? end
    const within = spans.reduce(
      (sum, { from, to }) => sum + Math.max(0, Math.min(until, to) - Math.max(at, from)),
      0,
    )
    all += within
    if (source === name) time += within
  }
  return { time, share: all > 0 ? time / all : 0 }
}
