/**
 * stratum-10-island: a stratum of nine or more. Chains of real servers are short; such strata come from a server that serves
 * its own undisciplined clock (`fudge 127.127.1.0 stratum 10`, `local stratum 10`). Field report 001 has one: its server is
 * at stratum 9, so it is at 10.
 */
import type { HostLog } from '#analysis/log/host-log.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { Remedy } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, spanOf } from '../subject.ts'

const LEAST = 9
/** A daemon that falls back for longer has lost its sources. */
const LONG: Seconds = 3600
const UNSYNCHRONISED = 16
/** chronyd's own `local` directive at work on this host. */
const SERVED_HERE = /\b7F7F0101\b/
const LOCAL_CLOCK = /\.LOCL\.|\b127\.127\.1\.\d\b|LOCAL\(\d\)|\b7F7F0101\b/

export const stratumTenIsland: Rule = ({ log, keeper }) => {
  const strata = log.timeless.filter(({ what }) => what === 'stratum-now')
  const local = log.timeless.filter(
    ({ what, text }) => (what === 'stratum-now' || what === 'selected') && LOCAL_CLOCK.test(text),
  )
  const followed = itsOwnClock(log)
  const high = [
    ...local,
    ...followed.lines,
    ...strata.filter(({ size }) => size >= LEAST && size < UNSYNCHRONISED),
  ]
  // One odd server among good ones is outvoted.
  if (high.length === 0 || 2 * high.length < strata.filter(({ size }) => size < UNSYNCHRONISED).length)
    return []
  const most = Math.max(0, ...high.map(({ size }) => size).filter(Number.isFinite))
  const own = local.length + followed.lines.length > 0
  const here = local.some(({ text }) => SERVED_HERE.test(text))
  return [
    {
      name: 'stratum-10-island',
      severity: 'warning',
      ...spanOf(followed.lines),
      what: own
        ? `A clock that nobody sets is taken for a source of time${followed.time > 0 ? `, for ${duration(followed.time)} in all` : ''}.`
        : `Stratum ${most}: somewhere up the chain a server serves its own clock, which nobody sets.`,
      measures: { ...(most > 0 && { stratum: most }), ...(followed.time > 0 && { time: followed.time }) },
      evidence: high.slice(0, 4).map(evidenceOf),
      cost: 'All machines of the island agree with each other and drift from true time together, and nothing reports it. When a true source comes back, all of them jump.',
      causes: [
        ...(here
          ? [
              {
                what: 'chronyd follows no source and serves this host’s own clock instead (`local stratum`)',
                why: 'the reference 7F7F0101 is its own',
              },
            ]
          : CHAIN),
      ],
      remedy: here ? giveSources(keeper) : findRoot(keeper),
      confirm: '`clockwright query` with a public server: the difference is the error of the island.',
    },
  ]
}

/**
 * In the log of a daemon: that it followed its own clock. After a start it does so until it has heard of others; here for
 * long, or never anything else.
 */
function itsOwnClock(log: HostLog): { lines: readonly LogEvent[]; time: Seconds } {
  const selected = log.events.of('selected')
  const isOwn = ({ text }: LogEvent) => LOCAL_CLOCK.test(text)
  const lines = selected.filter(isOwn)
  if (lines.length === 0) return { lines, time: 0 }
  const ends = [...selected, ...log.events.of('ended', 'started', 'version')]
  const time = lines.reduce((sum, line) => {
    const next = Math.min(...ends.filter(({ at }) => at > line.at).map(({ at }) => at))
    return Number.isFinite(next) ? sum + next - line.at : sum
  }, 0)
  return time > LONG || selected.every(isOwn) ? { lines, time } : { lines: [], time: 0 }
}

const CHAIN = [
  {
    what: 'a server of the chain has lost its sources and falls back to its local clock',
    why: 'such a fallback is usually configured at stratum 8 to 10',
  },
  { what: 'the chain of servers really is that long', why: 'rare: each server adds one' },
]

const findRoot = (keeper: Keeper): Remedy =>
  configure(
    keeper,
    'Follow the chain up to its root (`ntpq -c rv`, or the refid column) and give the root true sources. At the client, use sources of low stratum, and several.',
    [
      'server … iburst   (several, of stratum 1 to 4)',
      ...(keeper.daemon === 'chrony' ? [] : ['tos orphan 11   (ntpd; instead of 127.127.1.0)']),
    ],
  )

const giveSources = (keeper: Keeper): Remedy =>
  configure(
    keeper,
    'Give this host sources that answer, and see with `chronyc sources` why those it has are not used. Several hosts that must agree without any elect one of them with `orphan`.',
    [
      'server … iburst   (several, of stratum 1 to 4)',
      'local stratum 10 orphan   (instead of local stratum 10; or neither)',
    ],
  )
