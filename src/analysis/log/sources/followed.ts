/** Whom a daemon followed, and for how long, as its messages tell, or its statistics where they do not. */
import type { Seconds } from '#core/time/units.ts'
import { markOfName } from '#core/trace/mark.ts'
import type { Daemon } from '#core/trace/series.ts'
import type { HostLog } from '../host-log.ts'
import type { Choice, Choices } from './choices.ts'

const LEAST: Seconds = 600

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
  const told = said.flatMap(({ what, source, at }, i) =>
    what === 'selected' ? [{ from: at, to: said[i + 1]?.at ?? end, isIt: source === name }] : [],
  )
  const mark = markOfName(name)
  const chosen = choicesOf(log, daemon, end).map(each => ({ ...each, isIt: each.mark === mark }))
  return shareIn(told.length > 0 ? told : chosen, spans)
}

/** Who hops from one to the next follows none of them. The last is followed to the end. */
function choicesOf({ choices }: HostLog, daemon: Daemon, end: Seconds): Choice[] {
  const { all } = daemon === 'ntpd' || daemon === 'chrony' ? choices[daemon] : NONE
  return all
    .map((each, i) => (i + 1 < all.length ? each : { ...each, to: Math.max(each.to, end) }))
    .filter(({ from, to }) => to - from >= LEAST)
}
const NONE: Pick<Choices, 'all'> = { all: [] }

function shareIn(all: readonly (Span & { readonly isIt: boolean })[], spans: readonly Span[]): Followed {
  const within = ({ from, to }: Span): Seconds =>
    spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0)
  const sum = (some: readonly Span[]): Seconds => some.reduce((total, each) => total + within(each), 0)
  const [time, whole] = [sum(all.filter(({ isIt }) => isIt)), sum(all)]
  return { time, share: whole > 0 ? time / whole : 0 }
}
