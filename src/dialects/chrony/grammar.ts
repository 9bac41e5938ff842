/**
 * Every directive of chrony.conf and every option of it (conf.c and cmdparse.c of chrony 4.8, chrony.conf(5)), with the version
 * that brought it (NEWS). Directives and options count the same in capitals. What older chrony does not know it refuses
 * to start with.
 */
import { grammar } from '../grammar.ts'

/** Options of every time source; those of a server on the network alone follow below. */
const SELECTION = 'noselect@1.25 prefer@1.25 require@2.3 trust@2.3'

const NETWORK_SOURCE = `HOST :
  asymmetry@3.2=NUMBER[-0.5..0.5] auto_offline@1.17 burst@3.3 certset@4.1=INTEGER[0..] copy@4.1 extfield@4.2=f323|0xf323|f324@4.5|0xf324@4.5
  filter@3.4=INTEGER[0..] iburst@1.25 ipv4@4.6 ipv6@4.6 key=INTEGER[1..]! maxdelay=NUMBER[0..]
  maxdelaydevratio@1.25=NUMBER[0..] maxdelayquant@4.3=NUMBER[0..1] maxdelayratio=NUMBER[0..] maxpoll=INTEGER[-7..24]
  maxsamples@2.0=INTEGER[0..] maxsources@2.0=INTEGER[1..16] maxunreach@4.8=INTEGER[0..] mindelay@3.2=NUMBER
  minpoll=INTEGER[-7..24] minsamples@2.0=INTEGER[0..] minstratum@1.25=INTEGER[0..16] nts@4.0 ntsport@4.0=INTEGER[0..65535]
  offline offset@3.0=NUMBER polltarget@1.25=INTEGER[1..] port=INTEGER[0..65535] presend=INTEGER[-32..32]
  version@2.0=INTEGER[1..4] xleave@3.0 ${SELECTION}`.replaceAll('\n', ' ')

const LIMIT = 'burst=INTEGER[-32..32] interval=INTEGER[-32..32] leak=INTEGER[-32..32]'

export const CHRONY_GRAMMAR = grammar(
  `
  acquisitionport INTEGER[0..65535]
  allow all? WORD?
  authselectmode@4.0 require|prefer|mix|ignore
  bindacqaddress ADDRESS
  bindacqdevice@4.0 WORD
  bindaddress ADDRESS
  bindcmdaddress SOCKET
  bindcmddevice@4.0 WORD
  binddevice@4.0 WORD
  broadcast INTEGER ADDRESS INTEGER[0..65535]?
  clientloglimit INTEGER[0..]
  clockprecision@4.0 NUMBER[0..]
  cmdallow all? WORD?
  cmddeny all? WORD?
  cmdport INTEGER[0..65535]
  cmdratelimit@2.3 : ${LIMIT}
  combinelimit@1.25 NUMBER[0..]
  commandkey@<2.2 INTEGER
  confdir@4.0 PATH+
  corrtimeratio@1.27 NUMBER[0..]
  deny all? WORD?
  driftfile PATH : interval@4.7=INTEGER[0..]
  dscp@4.0 INTEGER[0..63]
  dumpdir PATH
  dumponexit WORD*
  fallbackdrift@1.25 INTEGER INTEGER
  generatecommandkey@1.28@<2.2
  hwclockfile@1.30 PATH
  hwtimestamp@3.0 WORD : maxpoll@4.4=INTEGER[-32..32] maxsamples@3.4=INTEGER[0..] minpoll@3.1=INTEGER[-32..32] minsamples@3.4=INTEGER[0..] nocrossts@3.1 precision@3.1=NUMBER rxcomp=NUMBER rxfilter@3.2=none|ntp|ptp|all txcomp=NUMBER
  hwtstimeout@4.4 NUMBER[0..]
  include PATH
  initstepslew NUMBER[0..] HOST*
  keyfile PATH
  leapsecmode@2.0 system|slew|step|ignore
  leapseclist@4.6 PATH
  leapsectz PATH
  linux_freq_scale@<1.30 NUMBER
  linux_hz@<1.30 NUMBER
  local : stratum=INTEGER[1..15]! orphan@2.4 distance@2.4=NUMBER activate@4.6=NUMBER waitsynced@4.7=NUMBER waitunsynced@4.7=NUMBER
  lock_all
  log measurements|statistics|tracking|rtc|refclocks|tempcomp|rawmeasurements@3.1|selection@4.3*
  logbanner@1.25 INTEGER[0..]
  logchange NUMBER[0..]
  logdir PATH
  mailonchange WORD NUMBER
  makestep@1.24 NUMBER INTEGER
  manual
  maxchange@1.27 NUMBER INTEGER INTEGER
  maxclockerror@1.25 NUMBER[0..]
  maxdistance@2.2 NUMBER[0..]
  maxdrift@2.4 NUMBER[0..]
  maxjitter@3.0 NUMBER[0..]
  maxntsconnections@4.0 INTEGER[1..]
  maxsamples@1.28 INTEGER[0..]
  maxslewrate@1.30 NUMBER[0..]
  maxstratum@4.9 INTEGER[0..]
  maxtxbuffers@4.9 INTEGER[0..1048576]
  maxupdateskew NUMBER[0..]
  minsamples@1.28 INTEGER[0..]
  minsources@2.0 INTEGER[1..]
  minstratum@4.9 INTEGER[0..]
  nocerttimecheck@4.0 INTEGER[0..]
  noclientlog
  nosystemcert@4.0
  ntpsigndsocket PATH
  ntsaeads@4.6.1 INTEGER[0..]*
  ntscachedir@4.0 PATH
  ntsdumpdir@4.0 PATH
  ntsntpserver@4.0 HOST
  ntsport@4.0 INTEGER[0..65535]
  ntsprocesses@4.0 INTEGER[0..1000]
  ntsratelimit@4.0 : ${LIMIT}
  ntsrefresh@4.0 INTEGER[0..]
  ntsrotate@4.0 INTEGER[0..]
  ntsservercert@4.0 PATH
  ntsserverkey@4.0 PATH
  ntstrustedcerts@4.0 PATH PATH?
  opencommands@4.7 WORD*
  peer ${NETWORK_SOURCE}
  pidfile PATH
  pool@2.0 ${NETWORK_SOURCE}
  port INTEGER[0..65535]
  ptpdomain@4.6 INTEGER[0..255]
  ptpport@4.2 INTEGER[0..65535]
  ratelimit@2.3 : ${LIMIT} kod@4.6=INTEGER[-32..32]
  refclock pps|shm|sock|phc|rtc@4.7 PATH : delay=NUMBER dpoll=INTEGER[-32..32] filter=INTEGER[0..] local@4.3 lock=WORD[..4]! maxdispersion@1.30=NUMBER maxlockage@3.0=INTEGER[0..] maxsamples@2.0=INTEGER[0..] maxunreach@4.8=INTEGER[0..] minsamples@2.0=INTEGER[0..] offset=NUMBER poll=INTEGER[-32..32] pps@3.2 precision=NUMBER rate=INTEGER[1..] refid=WORD[..4]! stratum@3.3=INTEGER[0..15]! tai@3.3 width@3.2=NUMBER ${SELECTION}
  refresh@4.4 INTEGER[0..]
  reselectdist@1.25 NUMBER[0..]
  rtcautotrim@1.30 NUMBER[0..]
  rtcdevice PATH
  rtcfile PATH
  rtconutc
  rtcsync@1.25
  sched_priority INTEGER[0..100]
  server ${NETWORK_SOURCE}
  smoothtime@2.0 NUMBER NUMBER leaponly@2.1?
  sourcedir@4.0 PATH+
  stratumweight@1.25 NUMBER[0..]
  tempcomp PATH NUMBER WORD NUMBER? NUMBER? NUMBER?
  user@1.28 WORD
`,
  { anyCase: true, leadingNumbers: true },
)
