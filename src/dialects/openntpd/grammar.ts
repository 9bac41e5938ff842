/** Every keyword of OpenNTPD's ntpd.conf (ntpd.conf(5) of OpenBSD 7, portable 6.2 to 7). With any other it does not start. */
import { grammar } from '../grammar.ts'

export const OPENNTPD_GRAMMAR = grammar(`
  constraint from WORD WORD*
  constraints from WORD
  listen on WORD : rtable=INTEGER[0..]
  query from ADDRESS
  sensor WORD : correction=INTEGER[-127000000..127000000] refid=WORD stratum=INTEGER[1..15] trusted@6.6 weight=INTEGER[1..10]
  server HOST : trusted@6.6 weight=INTEGER[1..10]
  servers HOST : trusted@6.6 weight=INTEGER[1..10]
`)
