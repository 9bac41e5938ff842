/** What is said of a source that the others outvote, whoever shows that they do: logs, a report of its daemon, or a measurement just now. */
import type { Cause } from './finding.ts'

export const COST_OUTVOTED = 'None while the others are heard. One source less to lose.'

export const ITS_CLOCK_IS_WRONG: Cause = {
  what: 'that server’s clock is wrong',
  why: 'the others agree against it',
}
