/**
 * The lab's daemons against what the real ones reached in clknetsim: accuracy, pauses, outage, congestion, fast clocks,
 * servers that disagree. Each row is a story with the figure of the real daemon, and the model's median over the seeds.
 *
 *   node bench/lab/reference-runs.ts [--daemon NAME]... [--row TEXT]... [--seeds N] [--json]
 *
 * Real figures: true offset at 1 Hz, medians over 3 to 20 seeds.
 */
import { parseArgs } from 'node:util'
import { median, quantile } from '#core/number/quantile.ts'
import { runLab } from '#lab/run.ts'
import { CHRONYD_ROWS } from './chronyd-rows.ts'
import { NTPD_ROWS } from './ntpd-rows.ts'
import { NTPD_SLEW_ROWS } from './ntpd-slew-rows.ts'
import { START } from './standard.ts'
import type { Row } from './stories.ts'

const { values } = parseArgs({
  options: {
    daemon: { type: 'string', multiple: true },
    row: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '10' },
    json: { type: 'boolean' },
  },
})

const ROWS: readonly Row[] = [...CHRONYD_ROWS, ...NTPD_ROWS, ...NTPD_SLEW_ROWS]

const results = ROWS.filter(
  ({ title, daemon }) =>
    (!values.row || values.row.some(word => title.includes(word))) &&
    (!values.daemon || values.daemon.some(name => daemon.startsWith(name))),
).map(row => {
  const { title, daemon, real, unit, world, duration, player } = row
  const measured = Array.from({ length: Number(values.seeds) }, (_, i) =>
    row.measure(runLab({ world: { ...world, start: START }, seed: i + 1, duration, player })),
  )
  return {
    title,
    daemon,
    unit,
    real,
    model: median(measured),
    p10: quantile(measured, 0.1),
    p90: quantile(measured, 0.9),
  }
})

if (values.json) console.log(JSON.stringify(results, undefined, 2))
else
  for (const { title, daemon, unit, real, model, p10, p90 } of results) {
    const ratio = (model === real ? 1 : model / real).toFixed(2)
    const figures =
      `${short(real)} ${unit}`.padStart(13) + `${short(model)} (${short(p10)}–${short(p90)})`.padStart(28)
    console.log(`${daemon.padEnd(14)}${title.padEnd(54)}${figures}${ratio.padStart(8)}`)
  }

function short(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'never'
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2)
}
