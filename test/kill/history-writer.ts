/**
 * The victim of `history.test.ts`: appends numbered records, and prints each number once the append that holds it has
 * returned. It never stops by itself. Small limits keep compaction at work, so that a kill meets it too.
 */
import { writeSync } from 'node:fs'
import { openHistory } from '#apps/daemon/history/open.ts'
import { numbered } from './numbered.ts'

const [path, first, batch] = process.argv.slice(2) as [string, string, string]
const history = openHistory(path, { keepFull: 3 * 3600, keepMinutes: 12 * 3600 })
let next = Number(first)
for (;;) {
  const records = Array.from({ length: 1 + (next % Number(batch)) }, () => numbered(next++))
  history.append(records)
  writeSync(1, `${next - 1}\n`)
}
