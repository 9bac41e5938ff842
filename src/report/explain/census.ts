/** Who spoke in a host's logs: a table for people, and the same for programs. */
import type { Heard } from '#analysis/log/sources/roll.ts'
import type { RollCall } from '#analysis/log/sources/roll-call.ts'
import { instantAt } from '#core/time/civil.ts'
import { duration, rfc3339 } from '#core/time/format.ts'
import { NAME_OF_NO_SOURCE } from '#core/trace/series.ts'
import type { Style } from '../style.ts'
import { printable, table } from '../table.ts'

export interface CensusOf {
  readonly name: string
  readonly log: RollCall
  readonly baseDay: number
  readonly sourceNames: readonly string[]
}

export function censusScreen({ name, log, baseDay, sourceNames }: CensusOf, style: Style): string {
  const when = (at: number) => rfc3339(instantAt(at, baseDay), 0)
  return [...log.rolls]
    .map(
      ([format, { roll }]) =>
        `${style('bold', printable(name))}  ${style('dim', format)}\n${table<Heard>(
          roll.sources(),
          [
            { title: 'count', align: 'right', text: each => `${each.count}` },
            { title: 'source', text: each => sourceNames[each.source] ?? NAME_OF_NO_SOURCE },
            { title: 'from', text: each => when(each.from) },
            { title: 'to', text: each => when(each.to) },
            { title: 'reach', align: 'right', text: each => `${(each.reach * 100).toFixed(1)} %` },
            { title: 'longest silence', align: 'right', text: each => duration(each.longestSilence) },
          ],
          style,
        )}`,
    )
    .join('\n')
}

export const encodeCensus = ({ name, log, baseDay, sourceNames }: CensusOf) => ({
  name,
  census: Object.fromEntries(
    [...log.rolls].map(([format, { daemon, roll }]) => [
      format,
      {
        daemon,
        sources: roll.sources().map(({ source, from, to, ...rest }) => ({
          name: printable(sourceNames[source] ?? NAME_OF_NO_SOURCE),
          from: instantAt(from, baseDay),
          to: instantAt(to, baseDay),
          ...rest,
        })),
      },
    ]),
  ),
})
