/**
 * What `chronyc activity` and `chronyc ntpdata` tell of asking, beside what the clock shows: whether anything is sent at all, whether
 * addresses were found for the names, and who answers without giving the time. The reach of `sources` counts synchronised replies only,
 * so a server that follows nobody looks there like one that is silent. Words of chrony 3.x to 4.8 (client.c).
 */

export interface Asked {
  /** Not asked (`offline`); no address found for any (`nameless`); an answer came, and no time in it (`without-time`). */
  readonly says: 'offline' | 'nameless' | 'without-time'
  readonly source: string | undefined
  /** How many sources it is about. */
  readonly count: number
}

type Read = (line: string) => Asked | undefined

const ACTIVITY = /^(\d+) sources (online|offline|doing burst|with unknown address)\b/

/** That names have no address is told where that is so of all: a pool has places left for which none is sought any more. */
export function openActivity(): Read {
  let addressed = 0
  return line => {
    const match = ACTIVITY.exec(line)
    const count = Number(match?.[1] ?? 0)
    if (!match || count === 0) return undefined
    if (match[2] === 'with unknown address')
      return addressed === 0 ? { says: 'nameless', source: undefined, count } : undefined
    addressed += count
    return match[2] === 'offline' ? { says: 'offline', source: undefined, count } : undefined
  }
}

const LABELLED = /^(Remote address|Leap status|Total RX) *: (\S+)/

/** The leap status is that of the last reply; where none has come (Total RX) it means nothing. */
export function openReplies(): Read {
  let source: string | undefined
  let timeless = false
  return line => {
    const match = LABELLED.exec(line)
    if (!match) return undefined
    const [, label, value] = match
    if (label === 'Remote address') source = value
    if (label !== 'Total RX') {
      timeless = label === 'Leap status' && value === 'Not'
      return undefined
    }
    return timeless && Number(value) > 0 ? { says: 'without-time', source, count: 1 } : undefined
  }
}
