/**
 * The prompts and commands that people paste together with what the commands printed, and what journalctl says between the
 * lines. They are nobody's business, and no nonsense either.
 */
import { dayNumber } from '#core/time/civil.ts'
import { reportFormat } from '../report.ts'

const PROMPT =
  /^(?:(?:\[[^\]]{1,100}\]|[\w.-]+@[\w.-]+(?::\S*)?|[\w.-]{1,40}|\[email protected\]:\S*)[#$] ?|\$ \S)/
/** `-- Logs begin at …`, `-- Journal begins at …`, `-- Reboot --`, `-- Boot 1f…`, `-- No entries --`. */
const OF_JOURNALCTL = /^-- (?:Logs begin at|Journal begins at|Reboot --|Boot [\da-f]{32}|No entries --)/

export const shell = reportFormat({
  name: 'shell',
  daemon: 'other',
  foreign: true,
  open: into => text => {
    if (!PROMPT.test(text) && !OF_JOURNALCTL.test(text)) return undefined
    const near = into && nearDayIn(text, into.nearDay)
    if (near !== undefined) into!.nearDay = near
    return []
  },
})

const BETWEEN =
  /^-- (?:Logs begin|Journal begins) at \D{0,20}(\d{4}-\d\d-\d\d)(?:.{1,40} ends? at \D{0,20}(\d{4}-\d\d-\d\d))?/

/**
 * The lines below lie between its two days, or after the first: a day from which each of them is nearest in its own year. A journal
 * of more than a year does not tell that; then it is the day that was thought before, as far as it lies in it.
 */
function nearDayIn(text: string, before: number): number | undefined {
  const match = BETWEEN.exec(text)
  if (!match) return undefined
  const begins = dayOf(match[1]!)
  if (match[2] === undefined) return begins + HALF_A_YEAR
  const ends = dayOf(match[2])
  const [least, most] = [begins + HALF_A_YEAR, ends - HALF_A_YEAR]
  return least >= most ? Math.floor((begins + ends) / 2) : Math.min(most, Math.max(least, before))
}

const HALF_A_YEAR = 182
const dayOf = (date: string): number =>
  dayNumber(...(date.split('-').map(Number) as [number, number, number]))
