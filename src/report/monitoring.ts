/** One line for a monitoring system, with performance data behind the bar (the guidelines of Nagios plugins). */
import { printable } from './table.ts'

export const monitoringLine = (verdict: string, said: string, data: readonly string[]): string =>
  `CLOCKWRIGHT ${verdict} - ${printable(said).replaceAll('|', '/')} | ${data.join(' ')}\n`
