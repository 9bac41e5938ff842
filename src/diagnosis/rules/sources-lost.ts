/** sources-lost: a long time without a measurement from any source. The clock runs free meanwhile. */
import type { Correction } from '#analysis/log/corrections.ts'
import type { Disturbances } from '#analysis/log/disturbances.ts'
import type { HostLog } from '#analysis/log/host-log.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Daemon } from '#core/trace/series.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

const LONG: Seconds = 3600

/**
 * Of the usual time between two lines. What ntpd's filter lets through comes unevenly, but each sample in it ages by 15 µs a
 * second: for it to be the best for six polls of 1024 s, all later ones must have been 90 ms slower.
 */
const SELDOM = { measured: 8, filtered: 6 } as const

export const sourcesLost: Rule = ({ log, keeper, disturbances, when }) => {
  const silence = silenceOf(log, keeper.daemon)
  if (!silence) return []
  const { silent, back, usual, seldom } = silence
  // What the clock leapt was no time, and what its daemon set it, or counts as set, was none either.
  const leapt = disturbances.clock
    .filter(({ local }) => local.from >= silent - 1 && local.to <= back + 1)
    .reduce((sum, { size }) => sum + size, 0)
  const corrected = correctionsOf(log, keeper.daemon, disturbances)
    // A step is told when it is done; an update of chronyd stands right before what it does to the stamps.
    .filter(({ at, by }) => (by === 'step' ? at > silent && at <= back + 1 : at >= silent - 1 && at < back))
    .filter(({ size }) => Number.isFinite(size))
    .reduce((sum, { size }) => sum + size, 0)
  const time = back - silent + leapt - corrected
  if (!(time > LONG && time > seldom * usual)) return []
  const events = log.events.of('no-source', 'unreachable').filter(({ at }) => at > silent && at < back)
  return [
    {
      name: 'sources-lost',
      severity: 'warning',
      from: silent,
      to: back,
      what: `No source was heard for ${duration(time)}, from ${when(silent)} to ${when(back)}.`,
      measures: { time },
      evidence: [
        { text: `the lines of its log stop at ${when(silent)} and go on at ${when(back)}` },
        ...events.slice(0, 3).map(evidenceOf),
      ],
      cost: 'The clock ran on its last frequency: a part in ten million is 1 ms in three hours.',
      causes: [
        {
          what: 'the network or a firewall lost the packets',
          why: events.length > 0 ? 'the daemon was running and noticed' : 'the daemon was running',
        },
        { what: 'the machine or the daemon was stopped', why: 'if it logged a start afterwards' },
      ],
      remedy: configure(keeper, 'Find out what happened to the network then. Sources on other paths help.'),
      confirm: 'Logs of the network; `tcpdump port 123`.',
    },
  ]
}

/** chronyd stamps its measurements as if what it slews were done. */
const correctionsOf = (log: HostLog, daemon: Daemon, { own }: Disturbances): readonly Correction[] => {
  const sized = daemon === 'chrony' ? (log.updatesOf(daemon)?.corrections.sized ?? []) : []
  return sized.length > 0 ? sized : own
}

interface Silence {
  readonly silent: Seconds
  readonly back: Seconds
  /** The usual time between two lines. */
  readonly usual: Seconds
  /** How many of these are unusual. */
  readonly seldom: number
}

/** The longest time without a line from any source; where no log names sources, without an update. */
function silenceOf(log: HostLog, daemon: Daemon): Silence | undefined {
  const series = log.bestSamples(daemon)
  const updates = log.updatesOf(daemon)
  if (!series && updates) {
    const [silent, back] = [updates.silentFrom, updates.silentFrom + updates.longestSilence]
    // Before a step ntpd is silent by itself: it waits, and begins anew with empty filters.
    const stepped = updates.corrections.markers.some(({ at }) => at > silent && at <= back + 1)
    if (stepped) return undefined
    return {
      silent,
      back,
      usual: (updates.to - updates.from) / updates.rows,
      seldom: daemon === 'ntpd' ? SELDOM.filtered : SELDOM.measured,
    }
  }
  const heard = series?.census.sources().filter(({ count }) => count >= 8) ?? []
  if (!series || heard.length === 0) return undefined
  return {
    silent: Math.max(...heard.map(({ silentFrom }) => silentFrom)),
    back: Math.min(...heard.map(each => each.silentFrom + each.longestSilence)),
    usual: Math.min(...heard.map(({ from, to, count }) => (to - from) / count)),
    seldom: series.exchanges || daemon !== 'ntpd' ? SELDOM.measured : SELDOM.filtered,
  }
}
