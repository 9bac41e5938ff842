/**
 * Why a packet was not used: every test that a reply must pass, with a stable name and a sentence.
 * The numbers are those of the packet sanity tests of RFC 5905 (section 9.2 and the code skeleton, A.5.1.1).
 * A refused packet changes nothing but a counter, except where its sentence says so.
 */
export const PACKET_REFUSALS = {
  'too-short': 'fewer than the 48 bytes of an NTP header',
  'too-long': 'more bytes than any NTP packet with its extension fields has',
  'bad-length': 'the length is not a multiple of four',
  'bad-extension': 'an extension field with an impossible length (RFC 7822)',
  'wrong-version': 'the version is not 3 or 4, or newer than the one that was asked in',
  'wrong-mode': 'the mode is not 4 (server)',
  'wrong-source': 'it came from another address or port than the one that was asked',
  'not-asked': 'no request to that server is waiting for an answer',
  duplicate: 'this request has been answered already (TEST1)',
  'zero-origin': 'the origin timestamp is zero (TEST2, CVE-2015-8138)',
  'bogus-origin': 'the origin timestamp is not the random value of the request (TEST2)',
  'late-reply': 'the origin timestamp is that of an earlier request (TEST2)',
  'zero-times': 'the receive or the transmit timestamp is zero (TEST3)',
  'kiss-deny': 'kiss code DENY or RSTR with the right origin: the source is not asked again (TEST4)',
  'kiss-rate': 'kiss code RATE with the right origin: the source is asked half as often (TEST4)',
  'kiss-other': 'a kiss code that asks for nothing that this client can do',
  'unexpected-mac': 'it carries a message authentication code, and none was agreed on (TEST5)',
  'crypto-nak': 'the server says that authentication failed, though none was asked for (TEST5)',
  'not-synchronised': 'leap 3, stratum 0 or stratum above 15: the server has no time to give (TEST6)',
  'reference-in-future': 'the server says that its clock was last set after it answered (TEST6)',
  'too-distant': 'root delay / 2 + root dispersion is 16 s or more (TEST7)',
  'absurd-precision': 'the server claims a precision of 1 s or worse',
  'impossible-times': 'it was sent before it was received, or the round trip would be negative',
  'server-went-backwards': 'the server sent this reply, by its own clock, before its previous one',
} as const

export type PacketRefusal = keyof typeof PACKET_REFUSALS
