/**
 * spurious-source-address: an address that is heard far more seldom than the others, over the same time (field report 002
 * found it with awk, sort and uniq). It is usually another interface of one of them. One that comes at a pace is none: its daemon
 * asks it more seldom than the others, and of what it answers peerstats has only what a filter let through.
 */
import type { SourceCount } from '#analysis/log/sources/census.ts'
import { duration } from '#core/time/format.ts'
import { NO_SOURCE } from '#core/trace/series.ts'
import type { Finding } from '../finding.ts'
import type { Keeper } from '../keeper.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf, type Subject } from '../subject.ts'

/** Of the median count of the regular sources. */
const SELDOM = 0.2
const LEAST_ROWS = 40
/** Somebody who forges addresses may send thousands. */
const MOST_SHOWN = 32
const MOST_NAMED = 8

export const spuriousSourceAddress: Rule = subject => {
  const { log, keeper, sourceName } = subject
  if (log.samples.size === 0) return inACount(subject)
  const counted = [...log.samples.values()]
    .filter(series => series.daemon === keeper.daemon && series.format !== 'chrony statistics')
    .sort((a, b) => Number(a.exchanges) - Number(b.exchanges))
  const all = counted[0]?.census.sources().filter(({ source }) => !isReferenceClock(sourceName(source))) ?? []
  if (all.length < 2) return []
  const busiest = all.reduce((most, each) => (each.count > most.count ? each : most))
  const most = busiest.count
  if (most < LEAST_ROWS) return []
  const regular: SourceCount[] = []
  const rare: SourceCount[] = []
  for (const each of all) {
    if (each.source === NO_SOURCE) continue
    const often = each.count >= SELDOM * most || counted.some(({ census }) => census.isAsked(each.source))
    if (often) regular.push(each)
    else rare.push(each)
  }
  const seldom = rare.filter(each => {
    // One that was configured for a short time only was heard often in it.
    const span = each.to - each.from
    const pace = busiest.count / Math.max(1, busiest.to - busiest.from)
    return each.count < SELDOM * pace * span || each.count <= 3
  })
  if (seldom.length === 0) return []
  const shown = ({ source, count, from, to }: (typeof all)[number]) => ({
    text: `${sourceName(source)}  ${count} lines in ${duration(to - from)}`,
  })
  return [
    finding(keeper, {
      from: Math.min(...seldom.map(({ from }) => from)),
      to: Math.max(...seldom.map(({ to }) => to)),
      seldom: seldom.map(({ source, count }) => ({ name: sourceName(source), count })),
      regular: regular.map(({ source, count }) => ({ name: sourceName(source), count })),
      total: all.reduce((sum, { count }) => sum + count, 0),
      uncounted: all.some(({ source }) => source === NO_SOURCE),
      evidence: [...seldom.slice(0, MOST_SHOWN), ...regular.slice(0, MOST_SHOWN)].map(shown),
    }),
  ]
}

/** The count that somebody made with `sort | uniq -c`: without times, so nothing says how long each was there. */
function inACount({ log, keeper }: Subject): Finding[] {
  const lines = log.timeless.filter(({ what }) => what === 'counted')
  const all = lines
    .map(({ source, size }) => ({ name: source ?? '', count: size }))
    .filter(({ name }) => !isReferenceClock(name))
  const most = all.reduce((most, { count }) => Math.max(most, count), 0)
  if (most < LEAST_ROWS) return []
  const seldom = all.filter(({ count }) => count < SELDOM * most)
  if (seldom.length === 0) return []
  return [
    finding(keeper, {
      from: undefined,
      to: undefined,
      seldom,
      regular: all.filter(({ count }) => count >= SELDOM * most),
      total: all.reduce((sum, { count }) => sum + count, 0),
      evidence: lines.slice(0, MOST_SHOWN).map(evidenceOf),
    }),
  ]
}

interface Heard {
  readonly name: string
  readonly count: number
}

function finding(
  keeper: Keeper,
  of: Pick<Finding, 'from' | 'to' | 'evidence'> & {
    readonly seldom: readonly Heard[]
    readonly regular: readonly Heard[]
    readonly total: number
    /** There are more than could be told apart. */
    readonly uncounted?: boolean
  },
): Finding {
  const { seldom, regular, total, uncounted = false, ...rest } = of
  const names = seldom.map(({ name }) => name)
  const others = regular.map(({ name }) => name)
  const named = names.slice(0, MOST_NAMED).join(', ')
  const further =
    names.length > MOST_NAMED
      ? ` and ${uncounted ? 'more than ' : ''}${names.length - MOST_NAMED} more addresses`
      : ''
  const beside =
    regular.length > 0 ? `, beside ${regular.length} regular source${regular.length > 1 ? 's' : ''}` : ''
  return {
    name: 'spurious-source-address',
    severity: 'warning',
    ...rest,
    what: `${named}${further} ${names.length > 1 ? 'are' : 'is'} heard now and then only${beside}: packets that come from a wrong address.`,
    measures: {
      addresses: seldom.length,
      packets: seldom.reduce((sum, { count }) => sum + count, 0),
      of: total,
    },
    cost: 'Each address is a source of its own to the daemon: it begins anew with every stray packet, votes, and may be selected for a while.',
    causes: [
      {
        what: 'a server with several interfaces sends multicast or broadcast from another of its addresses',
        why: names.some(name => sameHost(name, others))
          ? 'the last number of the address is that of a regular source'
          : 'the counts differ by far',
      },
      {
        what: 'a server was added or replaced for a short time',
        why: 'if the count is small because the time is',
      },
    ],
    remedy: configure(
      keeper,
      'Mend it at the server: a route for multicast on the right interface, or ntpd bound to it. `restrict … ignore` at the client hides it and cures nothing.',
      [
        'ip route add 224.0.0.0/4 dev eth0   (at the server)',
        'interface listen eth0   (ntpd 4.2.8, at the server)',
      ],
    ),
    confirm: 'tcpdump of port 123 at the client shows both addresses with one Ethernet address.',
  }
}

/** Drivers of ntpd and names of reference clocks are heard at their own pace. */
const isReferenceClock = (name: string): boolean => /^127\.127\.|^[A-Z_]+\(\d+\)$/.test(name)

const sameHost = (name: string, others: readonly string[]): boolean => {
  const last = /\.(\d+)$/.exec(name)?.[1]
  return last !== undefined && others.some(other => other !== name && other.endsWith(`.${last}`))
}
