/**
 * Who keeps the frequency of the clock in a file, and so begins with what an earlier life has learnt? ntpd and chronyd where their
 * configuration names that file (ntpd: or -f), OpenNTPD and our own agent always; the others never.
 */
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import type { PlayerSpec } from './player.ts'

export function keepsDriftFile(spec: PlayerSpec): boolean {
  switch (spec.kind) {
    case 'ntpd':
      return (
        parseConf(spec.config ?? '', 'ntp.conf').driftfile !== undefined ||
        parseOptions(spec.options.split(/\s+/)).driftfile !== undefined
      )
    case 'chronyd':
      return readChronyConf(spec.config ?? '', 'chrony.conf').said.driftfile !== undefined
    case 'openntpd':
    case 'clockwright':
      return true
    default:
      return false
  }
}
