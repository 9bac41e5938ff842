/**
 * Every command of ntp.conf and every option of it: classic ntpd from 4.2.4 to 4.2.8 (ntp_config.c, later keyword-gen.c and
 * ntp_parser.y) and NTPsec 1.2 (the same files there), with who knows it. Commands are in small letters. What
 * becomes of a line that is not understood: `heeded.ts`.
 */
import { grammar } from '../grammar.ts'

const STATISTICS =
  'clockstats|cryptostats@classic|loopstats|peerstats|protostats@4.2.6|rawstats|sysstats|timingstats@classic|usestats@ntpsec|ntsstats@ntpsec|ntskestats@ntpsec|ntskelog@ntpsec'

const ASSOCIATION = `-4|-6? HOST :
  autokey@classic bias@ntpsec=NUMBER burst iburst key=INTEGER[1..4294967295] maxpoll=INTEGER[0..17] minpoll=INTEGER[0..17] mode=INTEGER
  noselect preempt@classic prefer true ttl@classic=INTEGER[0..] version=INTEGER[1..4] xleave@classic@4.2.6 ident@classic@4.2.6=WORD
  xmtnonce@classic@4.2.8p14 nts@ntpsec ask@ntpsec=WORD require@ntpsec=WORD noval@ntpsec ca@ntpsec=PATH cert@ntpsec=PATH
  aead@ntpsec=WORD expire@ntpsec=INTEGER dynamic@classic@<4.2.6`.replaceAll('\n', ' ')

const FUDGE =
  'flag1=BOOL flag2=BOOL flag3=BOOL flag4=BOOL refid=WORD stratum=INTEGER[0..16] time1=NUMBER time2=NUMBER'

// `source`: lists.ntp.org, questions, April 2010, by whoever wrote it.
const RESTRICTED = `-4|-6? source@4.2.7p22|WORD :
  mask=ADDRESS ippeerlimit@classic@4.2.8p11=INTEGER[-1..100] epeer@classic@4.2.8p11 flake ignore kod limited lowpriotrap@classic mssntp@4.2.6
  noepeer@classic@4.2.8p11 nomodify nomrulist@4.2.7 nopeer noquery noserve notrap notrust ntpport version
  serverresponse@classic@4.2.8p14=fuzz`.replaceAll('\n', ' ')

const SWITCHES =
  'auth@classic|bclient@classic|calibrate|kernel|mode7@classic@4.2.7|monitor|ntp|stats|peer_clear_digest_early@classic@4.2.8p11|unpeer_crypto_early@classic@4.2.8p5|unpeer_crypto_nak_early@classic@4.2.8p5|unpeer_digest_early@classic@4.2.8p5'

export const NTPD_GRAMMAR = grammar(`
  authdelay@classic@<4.2.6 NUMBER
  authenticate@classic@<4.2.4 WORD
  automax@classic INTEGER
  broadcast@classic ${ASSOCIATION} novolley
  broadcastclient@classic novolley?
  broadcastdelay@classic NUMBER
  calldelay@classic@<4.2.8 INTEGER
  controlkey INTEGER
  crypto@classic : host=WORD ident=WORD pw=WORD randfile=PATH digest=WORD revoke=INTEGER cert@<4.2.6=WORD gqpar@<4.2.6=WORD iffpar@<4.2.6=WORD leap@<4.2.6=WORD mvpar@<4.2.6=WORD sign@<4.2.8=WORD
  delrestrict@classic@4.2.8p16 -4|-6? WORD : mask=ADDRESS
  device@classic@4.2.8p16 WORD : timedata=PATH ppsdata=PATH
  disable ${SWITCHES}+
  discard@classic : average=INTEGER[0..] minimum=INTEGER[0..] monitor=NUMBER[0..]
  driftfile PATH? NUMBER?
  dscp@4.2.8p3 INTEGER[0..63]
  enable ${SWITCHES}+
  end
  extra@ntpsec :+ port=INTEGER[0..65535]
  filegen ${STATISTICS} : file=PATH type=none|pid|day|week|month|year|age link nolink enable disable
  fudge ADDRESS :+ ${FUDGE} abbrev@classic@4.2.8=WORD minjitter@classic@4.2.8p16=NUMBER
  ident@classic@4.2.6 WORD
  includefile PATH
  interface@4.2.6 listen|ignore|drop WORD
  keys PATH
  keysdir@classic PATH
  leapfile@4.2.6 PATH checkhash@classic@4.2.8p11|ignorehash@classic@4.2.8p11?
  leapsmearinterval@4.2.8p3 INTEGER[0..]
  limit@ntpsec :+ average=NUMBER burst=NUMBER kod=NUMBER
  logconfig WORD+
  logfile PATH
  manycastclient@classic ${ASSOCIATION}
  manycastserver@classic ADDRESS+
  mdnstries@4.2.8 INTEGER[0..]
  mru@4.2.7 :+ incalloc=INTEGER incmem=INTEGER initalloc=INTEGER initmem=INTEGER maxage=INTEGER maxdepth=INTEGER maxmem=INTEGER minage@ntpsec=INTEGER mindepth=INTEGER
  multicastclient@classic ADDRESS*
  nic@4.2.6 listen|ignore|drop WORD
  nonvolatile@4.2.7 NUMBER
  ntpsigndsocket@4.2.6 PATH
  nts@ntpsec :+ aead=WORD ca=PATH cert=PATH cookie=PATH disable enable key=PATH maxtls=WORD mintls=WORD pool=NUMBER port=INTEGER tlscipherserverpreference tlsciphersuites=WORD tlsecdhcurves=WORD
  peer ${ASSOCIATION}
  phone WORD+
  pidfile PATH
  pollskewlist@classic@4.2.8p14 WORD+
  pool@4.2.6 ${ASSOCIATION}
  refclock@ntpsec WORD : unit=INTEGER[0..] baud=INTEGER bias=NUMBER ${FUDGE} maxpoll=INTEGER[0..17] minpoll=INTEGER[0..17] mode=INTEGER noselect path=PATH ppspath=PATH prefer subtype=INTEGER true version=INTEGER key=INTEGER iburst burst
  requestkey INTEGER
  reset@4.2.7 allpeers|auth|ctl|io|mem|sys|timer+
  restrict ${RESTRICTED}
  revoke@classic INTEGER
  rlimit@4.2.7 :+ memlock=INTEGER stacksize=INTEGER filenum=INTEGER
  saveconfigdir@classic@4.2.6 PATH
  server ${ASSOCIATION}
  setvar WORD+
  simulate@classic WORD*
  statistics ${STATISTICS}+
  statsdir PATH
  tick NUMBER
  tinker :+ allan=NUMBER dispersion=NUMBER freq=NUMBER huffpuff=NUMBER panic=NUMBER step=NUMBER stepback@4.2.8p2=NUMBER stepfwd@4.2.8p2=NUMBER stepout=NUMBER tick@4.2.8=NUMBER
  tos :+ basedate@classic@4.2.8p11=WORD bcpollbstep@classic@4.2.8p11=INTEGER beacon@classic=INTEGER ceiling=INTEGER cohort@classic=BOOL floor=INTEGER maxclock=NUMBER maxdisp@ntpsec=NUMBER maxdist=NUMBER minclock=NUMBER mindist=NUMBER minsane=INTEGER orphan=INTEGER orphanwait@4.2.7=INTEGER maxhop@classic@<4.2.6=INTEGER
  trap@classic ADDRESS : port=INTEGER interface=ADDRESS
  trustedkey WORD+
  ttl@classic INTEGER+
  unconfig clock@ntpsec? HOST INTEGER?
  unpeer clock@ntpsec? HOST INTEGER?
  unrestrict@ntpsec ${RESTRICTED}
`)
