/** single-source and two-sources: how many opinions there are. Neither is wrong today; both will be wrong one day. */
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'

export const fewSources: Rule = ({ log, keeper, sourceName }) => {
  const series = log.bestSamples(keeper.daemon)
  if (!series) return []
  const sources = series.census.sources().filter(({ count }) => count >= 0.2 * Math.max(8, series.rows / 10))
  if (sources.length === 0 || sources.length > 2) return []
  const names = sources.map(({ source }) => sourceName(source)).join(' and ')
  const alone = sources.length === 1
  return [
    {
      name: alone ? 'single-source' : 'two-sources',
      severity: 'note',
      from: undefined,
      to: undefined,
      what: alone
        ? `${names} is the only source: what it says is believed.`
        : `${names} are the only sources: when they disagree nobody can tell which one is wrong.`,
      measures: { sources: sources.length },
      evidence: sources.map(({ source, count }) => ({
        text: `${sourceName(source)}  ${count} measurements`,
      })),
      cost: alone ? 'If it is wrong, so is this clock.' : 'If they disagree, daemons stop following either.',
      causes: [],
      remedy: configure(keeper, 'Four sources stand the loss of one and the lie of another.', [
        'pool pool.ntp.org iburst',
      ]),
      confirm: 'The configuration.',
    },
  ]
}
