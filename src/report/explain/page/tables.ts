/** Numbers of a host: who spoke and how often, and how far off the clock was, series by series. */

import type { OffsetMeasures, SampleSeries, UpdateSeries } from '#analysis/log/host-log.ts'
import type { SourceCount } from '#analysis/log/sources/census.ts'
import { steadyPart } from '#analysis/log/statistics/steady.ts'
import type { Summary } from '#analysis/log/statistics/windows.ts'
import { duration, rate, signed } from '#core/time/format.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { FindingName } from '#diagnosis/finding.ts'
import { type Element, element, type Node } from '../../chart/svg.ts'
import { deviationPanels, steadinessOf } from '../deviations.ts'
import { seriesName } from '../series-name.ts'
import { folded, moment, said, tableOf } from './parts.ts'

/** Findings about single sources, which their sentences name. */
const ABOUT_SOURCES: readonly FindingName[] = ['spurious-source-address', 'falseticker', 'source-jumped']
/** Two stand side by side, or one above the other on a phone, where their letters must still be read. */
const PANEL = { width: 460, height: 300 }
/** Sources in the table; the rest are counted. */
const MOST_SOURCES = 60

export function sourcesOf(host: Explained): Element[] {
  const best = host.keepers
    .map(({ daemon }) => host.log.bestSamples(daemon))
    .filter(series => series !== undefined)
  const others = [...host.log.samples.values()].filter(series => !best.includes(series))
  const shown = best.flatMap(series => census(series, host))
  const hidden = others.flatMap(series => census(series, host))
  return hidden.length > 0 ? [...shown, folded('The same from other files', ...hidden)] : shown
}

function census(series: SampleSeries, host: Explained): Element[] {
  const all = series.census.sources().toSorted((a, b) => b.count - a.count)
  const span = Math.max(1, series.to - series.from)
  const rows = all.slice(0, MOST_SOURCES).map((each): Node[] => {
    const name = said(host.sourceNames[each.source] ?? `source ${each.source}`)
    return [
      element('span', {}, name, ...oddity(name, host)),
      String(each.count),
      `${((100 * (each.to - each.from)) / span).toFixed(0)} %`,
      signed(each.meanOffset),
      signed(each.medianOffset),
      duration(each.rmsOffset),
      duration(each.leastDelay),
      duration(each.meanDelay),
      silence(each, host),
    ]
  })
  const left = all.length - rows.length
  return [
    tableOf({
      caption: `Sources in ${series.format}${left > 0 ? `: the ${rows.length} most heard; ${left} more` : ''}`,
      head: [
        'source',
        'heard',
        'over',
        'mean offset',
        'median',
        'RMS',
        'least delay',
        'mean delay',
        'longest silence',
      ],
      rows,
    }),
  ]
}

const silence = ({ longestSilence, silentFrom }: SourceCount, host: Explained): Node =>
  longestSilence > 0
    ? element('span', {}, duration(longestSilence), element('small', {}, ` from ${moment(silentFrom, host)}`))
    : '–'

/** The odd ones are marked with the finding that names them. */
function oddity(name: string, { findings }: Explained): Node[] {
  const about = findings.find(
    finding =>
      ABOUT_SOURCES.includes(finding.name) &&
      said(finding.what)
        .split(/[\s,;]+/)
        .includes(name),
  )
  return about ? [' ', element('small', { class: 'odd' }, `◆ ${about.name}`)] : []
}

/** The same of the steady part alone; nothing where that is all of the run. */
function ofSteadyPart(all: readonly Measured[]): Node[][] {
  const parts = all.map(({ offset }) => {
    const part = steadyPart(offset)
    return part && offset.windows.between(part.from, part.to)
  })
  if (parts.every(part => part === undefined)) return []
  const row = (name: string, of: (part: Summary) => string): Node[] => [
    name,
    ...parts.map(part => (part ? of(part) : '–')),
  ]
  return [
    row('steady part: lasts', ({ from, to }) => duration(to - from)),
    row('steady part: mean offset (accuracy)', ({ mean }) => signed(mean)),
    row('steady part: standard deviation (precision)', ({ deviation }) => duration(deviation)),
    row('steady part: root mean square', ({ rms }) => duration(rms)),
  ]
}

/** By averaging time, of the series that says most: how far the disciplined clock strays. */
export const stabilityOf = (host: Explained): Element[] =>
  steadinessOf(host).flatMap(each => {
    const { points } = each.wander
    return [
      element('figure', { class: 'deviations' }, ...deviationPanels([each], PANEL)),
      tableOf({
        caption: `Stability of the offset in ${each.format}, of windows of ${duration(points[0]!.time)}`,
        head: ['over', 'Allan deviation', 'modified', 'time deviation', 'MTIE', '±'],
        rows: points.map(({ time, allan, modifiedAllan, timeDeviation, mtie, uncertainty }) => [
          duration(time),
          allan?.toExponential(2) ?? '–',
          modifiedAllan.toExponential(2),
          duration(timeDeviation),
          mtie === undefined ? '–' : duration(mtie),
          `${(100 * uncertainty).toFixed(0)} %`,
        ]),
      }),
    ]
  })

type Measured = { readonly format: string; readonly rows: number; readonly offset: OffsetMeasures }

export function statisticsOf(host: Explained): Element[] {
  const { log } = host
  const updates: readonly UpdateSeries[] = [...log.updates.values()]
  const all = [...log.samples.values(), ...updates]
  if (all.length === 0) return []
  const row = (name: string, of: (offset: OffsetMeasures) => string): Node[] => [
    name,
    ...all.map(({ offset }) => of(offset)),
  ]
  const ofFrequency = (name: string, of: (series: UpdateSeries) => number, text = rate): Node[] => [
    name,
    ...all.map(series => {
      const update = updates.find(each => each === series)
      return update && update.frequency.count > 0 ? text(of(update)) : '–'
    }),
  ]
  return [
    tableOf({
      caption: 'Offsets and frequencies',
      head: ['', ...all.map(series => seriesName(series, host))],
      rows: [
        ['rows', ...all.map(({ rows }) => String(rows))],
        row('mean offset (accuracy)', ({ whole }) => signed(whole.mean)),
        row('standard deviation (precision)', ({ whole }) => duration(whole.deviation)),
        row('root mean square', ({ whole }) => duration(whole.rms)),
        row('half of the sizes below', ({ sizes }) => duration(sizes.at(0.5))),
        row('90 % below', ({ sizes }) => duration(sizes.at(0.9))),
        row('99 % below', ({ sizes }) => duration(sizes.at(0.99))),
        row('furthest ahead', ({ whole }) => signed(Math.min(0, whole.least))),
        row('furthest behind', ({ whole }) => signed(Math.max(0, whole.most))),
        ...ofSteadyPart(all),
        row('below 1 ms first after', ({ within1ms }) => duration(within1ms.first)),
        row('below 1 ms to the end after', ({ within1ms }) => duration(within1ms.lasting)),
        row('below 100 µs first after', ({ within100us }) => duration(within100us.first)),
        row('below 100 µs to the end after', ({ within100us }) => duration(within100us.lasting)),
        ...(updates.length > 0
          ? [
              ofFrequency('mean frequency correction', ({ frequency }) => frequency.mean),
              ofFrequency(
                'its standard deviation',
                ({ frequency }) => frequency.deviation,
                value => rate(value).slice(1),
              ),
              ofFrequency('its least', ({ frequency }) => frequency.least),
              ofFrequency('its largest', ({ frequency }) => frequency.most),
            ]
          : []),
      ],
    }),
  ]
}
