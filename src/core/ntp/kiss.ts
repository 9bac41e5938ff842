/**
 * Kiss codes: a reply with stratum 0 is a message about the client's behaviour (RFC 5905, section 7.4).
 * Only three mean something that a client must do; they count only with the right origin timestamp.
 */
import { refidOf } from './refid.ts'

export type Kiss = 'deny' | 'rate' | 'other'

const DENY = refidOf('DENY')
const RSTR = refidOf('RSTR')
const RATE = refidOf('RATE')

export function kissOf(refid: number): Kiss {
  if (refid === DENY || refid === RSTR) return 'deny'
  return refid === RATE ? 'rate' : 'other'
}
