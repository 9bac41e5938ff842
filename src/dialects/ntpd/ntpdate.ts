/**
 * The messages of ntpdate, which sets or slews the clock once and ends. Its offsets have the sign of ntpd's: positive is behind.
 * With -q it says the same, and does nothing; then a line for each server stands before it (ntpdate-query.ts).
 */
import { type Said, said } from '../log/said.ts'

export const SET = /^(step|adjust) time server (\S{1,80}) offset ([+-]?\d+\.\d+) sec/

/** Undefined when it means nothing here. */
export function readMessage(message: string): Said | undefined {
  const set = SET.exec(message)
  if (set)
    return { ...said(set[1] === 'step' ? 'stepped' : 'slew-begun', { size: Number(set[3]) }), once: true }
  return /^no server suitable for synchronization found/.test(message) ? said('no-source') : undefined
}
