/** sources-lost: a long time without a measurement from any source. The clock runs free meanwhile. */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

const LONG: Seconds = 3600

export const sourcesLost: Rule = ({ log, keeper, disturbances, when }) => {
  const series = log.bestSamples(keeper.daemon)
  if (!series?.exchanges) return []
  const heard = series.census.sources().filter(({ count }) => count >= 8)
  if (heard.length === 0) return []
  const silent = Math.max(...heard.map(({ silentFrom }) => silentFrom))
  const back = Math.min(...heard.map(each => each.silentFrom + each.longestSilence))
  // What the clock leapt was no time.
  const leapt = disturbances.clock
    .filter(({ local }) => local.from >= silent - 1 && local.to <= back + 1)
    .reduce((sum, { size }) => sum + size, 0)
  const time = back - silent + leapt
  const usual = Math.min(...heard.map(({ from, to, count }) => (to - from) / count))
  if (!(time > LONG && time > 8 * usual)) return []
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
        { text: `the measurements stop at ${when(silent)} and go on at ${when(back)}` },
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
