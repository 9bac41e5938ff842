/**
 * `interface` (or `nic`) of ntp.conf, from 4.2.6 on: on which addresses ntpd opens a socket, without which it neither asks nor
 * hears (ntp_io.c: interface_action). Of the lines that an address falls under the last decides; where there is any such line,
 * an address that falls under none is left alone. `all` speaks neither of the loopback nor of the wildcard.
 */
import type { Command } from './commands.ts'

export const isInterface = ({ name }: Command): boolean => name === 'interface' || name === 'nic'

const LOOPBACK = /^(?:lo\d*|127(?:\.\d+){3}(?:\/\d+)?|::1(?:\/\d+)?|localhost)$/i
export const isLoopback = (target: string): boolean => LOOPBACK.test(target)
const WILDCARD = /^(?:wildcard|0\.0\.0\.0|::)$/i

/** Do these lines leave no address by which a server could be asked? In doubt they do. */
export function closesAll(lines: readonly Command[]): boolean {
  if (lines.length === 0) return false
  for (const { words } of lines.toReversed()) {
    const [action, target = ''] = words
    if (LOOPBACK.test(target)) continue
    if (action === 'listen') return false
    if (target === 'all') return true
    if (!WILDCARD.test(target) && action !== 'ignore' && action !== 'drop') return false
  }
  return true
}
