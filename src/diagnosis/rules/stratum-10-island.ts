/**
 * stratum-10-island: a stratum of nine or more. Chains of real servers are short; such strata come from a server that serves
 * its own undisciplined clock (`fudge 127.127.1.0 stratum 10`, `local stratum 10`). Field report 001 has one: its server is
 * at stratum 9, so it is at 10. Or this host is its own island: ntpd takes the clock that it keeps for a source when the others
 * are silent, and says that it is synchronised.
 */
import type { HostLog } from '#analysis/log/host-log.ts'
import { gatheredIn, isOfLocalClock, onOwnClock } from '#analysis/log/sources/on-own-clock.ts'
import { STEP_THRESHOLD } from '#core/discipline/step-threshold.ts'
import { duration, rate } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { Finding, Remedy } from '../finding.ts'
import { FIND_ROOT, ISLAND_CHAIN, ISLAND_CONFIRM, ISLAND_COST, islandIn } from '../island.ts'
import type { Keeper } from '../keeper.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, onceEach, type Subject } from '../subject.ts'

/** A daemon that falls back for longer has lost its sources. */
const LONG: Seconds = 3600
/** chronyd's own `local` directive at work on this host. */
const SERVED_HERE = /\b7F7F0101\b/
/** From here on ntpd steps. */
const FAR_OFF = STEP_THRESHOLD
/** Of updates of a clock that is compared with itself. */
const SEVERAL = 3

export const stratumTenIsland: Rule = subject => {
  const { log, keeper } = subject
  const measured = onItsOwn(subject) ?? servedByAnIsland(subject)
  if (measured) return [measured]
  const island = islandIn(log.timeless)
  if (!island) return []
  const { high, local, stratum, what } = island
  const here = local.some(({ text }) => SERVED_HERE.test(text))
  return [
    {
      name: 'stratum-10-island',
      severity: 'warning',
      from: undefined,
      to: undefined,
      what,
      measures: { ...(stratum > 0 && { stratum }) },
      evidence: onceEach(high).slice(0, 4).map(evidenceOf),
      cost: ISLAND_COST,
      causes: [
        ...(here
          ? [
              {
                what: 'chronyd follows no source and serves this host’s own clock instead (`local stratum`)',
                why: 'the reference 7F7F0101 is its own',
              },
            ]
          : ISLAND_CHAIN),
      ],
      remedy: here ? giveSources(keeper) : findRoot(keeper),
      confirm: ISLAND_CONFIRM,
    },
  ]
}

/** What most measurements say of the sources themselves. */
function servedByAnIsland({ log, keeper, when }: Subject): Finding | undefined {
  const series = log.bestSamples(keeper.daemon) ?? log.updatesOf(keeper.daemon)
  const island = series && log.islands.get(series.format)
  if (!island || 2 * island.rows < series.rows) return undefined
  const { from, to, most, rows } = island
  return {
    name: 'stratum-10-island',
    severity: 'warning',
    from,
    to,
    what: `Stratum ${most}: the sources serve a clock that nobody sets, their own or one up the chain, from ${when(from)} to ${when(to)}.`,
    measures: { stratum: most, count: rows },
    evidence: [{ text: `${rows} of ${series.rows} lines (${series.format}): stratum ${most}` }],
    cost: ISLAND_COST,
    causes: ISLAND_CHAIN,
    remedy: findRoot(keeper),
    confirm: ISLAND_CONFIRM,
  }
}

/** A daemon that followed the very clock that it keeps. After a start it does so until it has heard of others; here for long, or always. */
function onItsOwn(subject: Subject): Finding | undefined {
  const { log, keeper, disturbances, when } = subject
  const spans = onOwnClock(log)
  const zeros = comparedWithItself(log)
  const nobody =
    (spans.length > 0 || log.ownClock.rows > 0 || zeros !== undefined) &&
    log.samples.size === 0 &&
    log.events.of('selected').every(isOfLocalClock)
  const time = nobody && log.span ? log.span.to - log.span.from : timeOf(spans)
  const last = nobody ? undefined : lastWordOf(subject)
  if (!nobody && !last && time <= LONG) return undefined
  const found = [
    ...disturbances.own,
    ...log.events.of('stepped').filter(({ daemon }) => daemon === keeper.daemon),
  ].filter(({ size }) => Number.isFinite(size))
  const [worst] = spans
    .flatMap(span => found.filter(each => gatheredIn(span, each)).map(({ at, size }) => ({ span, at, size })))
    .sort((a, b) => Math.abs(b.size) - Math.abs(a.size))
  const off = worst && Math.abs(worst.size) >= FAR_OFF ? worst : undefined
  const forHow = time > 0 ? `, for ${duration(time)} in all` : ''
  return {
    name: 'stratum-10-island',
    severity: off || (nobody && time > LONG) ? 'critical' : 'warning',
    from: spans[0]?.from ?? log.span?.from,
    to: spans.at(-1)?.to ?? log.span?.to,
    what: `A clock that nobody sets is taken for a source of time${forHow}: ${nobody ? 'nobody else was heard' : `${keeper.name} followed the clock of this machine itself`}${last ? `, since ${when(last.at)} and to the end of its log` : ''}${off ? `, and it was ${duration(Math.abs(off.size))} ${off.size > 0 ? 'behind' : 'ahead'} at the end, ${when(off.at)}` : ''}.`,
    measures: { ...(time > 0 && { time }), ...(off && { offset: off.size }) },
    evidence: [
      ...spans.slice(0, 4).map(({ from, to, file, line }) => ({
        text: `its own clock is followed${to > from ? ` from ${when(from)} to ${when(to)}` : ''}`,
        file,
        line,
      })),
      ...(zeros === undefined ? [] : [{ text: `all ${zeros} offsets are exactly zero` }]),
    ],
    cost: 'The clock goes as wrong as its oscillator is, and the daemon says all the time that it is synchronised. When a true source is heard again, the clock is set.',
    causes: [
      {
        what: 'the sources were not heard, and the daemon fell back on the clock that it keeps (`server 127.127.1.0`)',
        why: off
          ? `${duration(Math.abs(off.size))} in ${duration(off.at - off.span.from)} are ${rate(Math.abs(off.size) / (off.at - off.span.from))}: what an oscillator does alone`
          : 'nothing else makes it follow that',
      },
    ],
    remedy: configure(
      keeper,
      'Find out why the others were not heard, and take `server 127.127.1.0` out: with it nobody notices. Several hosts that must agree without any source elect one of them with `tos orphan`.',
      [
        '# server 127.127.1.0',
        'server … iburst   (several, of stratum 1 to 4)',
        'tos orphan 11   (on servers of an island)',
      ],
    ),
    confirm: '`ntpq -p` with a `*` before LOCAL(0).',
  }
}

/** Once it had followed others: of its messages alone nobody knows for how long. */
function lastWordOf({ log, keeper }: Subject): LogEvent | undefined {
  const words = log.events.all
    .filter(({ daemon }) => daemon === keeper.daemon)
    .sort((a, b) => a.at - b.at || a.line - b.line)
  const last = words.at(-1)
  const ends = last?.what === 'selected' && isOfLocalClock(last) && log.span === undefined
  return ends && words.some(each => each.what === 'selected' && !isOfLocalClock(each)) ? last : undefined
}

const timeOf = (spans: readonly { readonly from: Seconds; readonly to: Seconds }[]): Seconds =>
  spans.reduce((sum, { from, to }) => sum + to - from, 0)

/** Of a loopstats in which no update had anything to correct: how many they are. */
function comparedWithItself(log: HostLog): number | undefined {
  const updates = log.updatesOf('ntpd')
  return updates && updates.rows >= SEVERAL && updates.offset.whole.rms === 0 ? updates.rows : undefined
}

const findRoot = (keeper: Keeper): Remedy =>
  configure(keeper, FIND_ROOT, [
    'server … iburst   (several, of stratum 1 to 4)',
    ...(keeper.daemon === 'chrony' ? [] : ['tos orphan 11   (ntpd; instead of 127.127.1.0)']),
  ])

const giveSources = (keeper: Keeper): Remedy =>
  configure(
    keeper,
    'Give this host sources that answer, and see with `chronyc sources` why those it has are not used. Several hosts that must agree without any elect one of them with `orphan`.',
    [
      'server … iburst   (several, of stratum 1 to 4)',
      'local stratum 10 orphan   (instead of local stratum 10; or neither)',
    ],
  )
