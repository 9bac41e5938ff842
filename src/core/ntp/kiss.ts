/**
 * Kiss codes: a reply with stratum 0 is a message, in the four letters of its refid (RFC 5905, section 7.4). Three are
 * about the client's behaviour and mean something that it must do; they count only with the right origin timestamp.
 * Others say that the server itself is not synchronised, as does a refid that is no text at all (chronyd sends zero).
 */
import { formatRefid, refidOf } from './refid.ts'

export type Kiss = 'deny' | 'rate' | 'not-synchronised' | 'other'

const MEANING = new Map<number, Kiss>([
  [refidOf('DENY'), 'deny'],
  [refidOf('RSTR'), 'deny'],
  [refidOf('RATE'), 'rate'],
  [refidOf('INIT'), 'not-synchronised'],
  [refidOf('STEP'), 'not-synchronised'],
])

export const kissOf = (refid: number): Kiss =>
  MEANING.get(refid) ?? (formatRefid(refid, 0).length > 4 ? 'not-synchronised' : 'other')
