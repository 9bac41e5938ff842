/**
 * Two programs that set one clock in turn, as the messages of both tell: what one does the other undoes. Each says that it found the clock
 * wrong, to one side, by what their sources disagree.
 */
import { upperMedian } from '#core/number/quantile.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon, LogEvent } from '#core/trace/series.ts'
import { LEAST } from '../corrections/corrections-said.ts'
import type { HostLog } from '../host-log.ts'
import { isAbout } from './alike.ts'

/** What happens more seldom may have another reason. */
const MANY = 4
const MOSTLY = 0.7

export interface Fight {
  readonly against: Daemon
  /** What it undid, each with all its words about that. */
  readonly rounds: readonly Round[]
  /** All that it says of these, and of what the other one undid. */
  readonly words: readonly LogEvent[]
  /** By how much it sets the clock, in the middle. */
  readonly size: Seconds
  readonly every: Seconds
}

interface Round {
  readonly theirs: LogEvent
  readonly mine: readonly LogEvent[]
}

export function foughtBy(log: HostLog, daemon: Daemon): Fight | undefined {
  const set = log.events
    .of('stepped', 'offset-found')
    .filter(({ size }) => Math.abs(size) >= LEAST)
    .sort((a, b) => a.at - b.at)
  const others = new Set(set.map(each => each.daemon).filter(each => each !== daemon))
  for (const against of others) {
    const both = set.filter(each => each.daemon === daemon || each.daemon === against)
    const rounds = roundsOf(both, daemon)
    const asOften = set.filter(({ daemon: by, what }) => by === against && what === 'stepped').length
    if (rounds.length < MANY || rounds.length < MOSTLY * asOften) continue
    return {
      against,
      rounds,
      words: [...rounds.flatMap(({ mine }) => mine), ...roundsOf(both, against).map(({ theirs }) => theirs)],
      size: upperMedian(rounds.map(({ mine }) => mine[0]!.size)),
      every: upperMedian(rounds.slice(1).map(({ theirs }, i) => theirs.at - rounds[i]!.theirs.at)),
    }
  }
  return undefined
}

function roundsOf(set: readonly LogEvent[], daemon: Daemon): Round[] {
  const rounds: { theirs: LogEvent; mine: LogEvent[] }[] = []
  let last: LogEvent | undefined
  for (const each of set) {
    if (each.daemon !== daemon) last = each
    else if (last && isAbout(each.size, -last.size)) {
      if (rounds.at(-1)?.theirs === last) rounds.at(-1)!.mine.push(each)
      else rounds.push({ theirs: last, mine: [each] })
    }
  }
  return rounds
}
