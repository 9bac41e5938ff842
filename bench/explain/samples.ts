/**
 * The table of docs/reference/samples.md: for each log whose truth is known, what was found. With --write it is written
 * there, else printed.
 */
import { duration, rate, signed } from '#core/time/format.ts'
import type { Explained } from '#diagnosis/explain.ts'
import type { Finding } from '#diagnosis/finding.ts'
import { analyse, compare } from '../../test/replay/logs/found.ts'
import { TRUTHS } from '../../test/replay/logs/truths.ts'
import { writeTable } from './write-table.ts'

const MOST = 4

const rows: string[] = []
for (const truth of TRUTHS) {
  const host = await analyse(truth.sample)
  const { missing, invented } = compare(truth, host)
  const verdict =
    missing.length + invented.length === 0 ? 'all, nothing else' : [...missing, ...invented].join('; ')
  rows.push(`| \`${truth.sample}\` | ${truth.what} | ${found(host)} | ${verdict} |`)
}
const table = ['| log | what happened | found | of what is true |', '|---|---|---|---|', ...rows].join('\n')

if (process.argv.includes('--write')) writeTable('bench/explain/samples.ts', table)
else console.log(table)

function found({ findings }: Explained): string {
  const kinds = new Map<string, Finding[]>()
  for (const finding of findings)
    if (finding.severity !== 'note') kinds.set(finding.name, [...(kinds.get(finding.name) ?? []), finding])
  return [...kinds].map(([name, all]) => `\`${name}\`${numbers(all)}`).join(', ')
}

function numbers(all: readonly Finding[]): string {
  const texts = all.slice(0, MOST).flatMap(({ measures }) => {
    const { size, uncertainty, period, frequencyError, time, apart, offset } = measures
    if (size !== undefined && uncertainty !== undefined) return [`${signed(size)} ± ${duration(uncertainty)}`]
    if (period !== undefined) return [`period ${duration(period)}`]
    if (frequencyError !== undefined) return [rate(frequencyError)]
    const one = size ?? offset ?? apart
    if (one !== undefined) return [signed(one)]
    return time === undefined ? [] : [duration(time)]
  })
  const more = all.length > MOST ? ` and ${all.length - MOST} more` : ''
  return texts.length > 0 ? ` (${texts.join(', ')}${more})` : ''
}
