/**
 * All log formats that are understood, in the order in which they are asked for a line that the last one did not take.
 * The order matters only where two could read one line: numbers before text, exact
 * shapes before open ones.
 */
import { rule } from './chrony/banner.ts'
import { chronyMakestep, chronyOther } from './chrony/configured.ts'
import { measurements } from './chrony/measurements.ts'
import { rtc, tempcomp } from './chrony/readings.ts'
import { refclocks } from './chrony/refclocks.ts'
import { chronyc } from './chrony/reports.ts'
import { selection } from './chrony/selection.ts'
import { statistics } from './chrony/statistics.ts'
import { tracking } from './chrony/tracking.ts'
import { phase } from './csv/phase.ts'
import { timeOffset } from './csv/time-offset.ts'
import { census } from './linux/census.ts'
import { date } from './linux/date.ts'
import { dmesg, otherDmesg } from './linux/dmesg.ts'
import { hwclock } from './linux/hwclock.ts'
import { shell } from './linux/shell.ts'
import { sleep } from './linux/sleep.ts'
import { timedatectl } from './linux/timedatectl.ts'
import { servo } from './linuxptp/servo.ts'
import type { LogFormat } from './log/format.ts'
import { journalEntries } from './log/journal-entries.ts'
import { runOnce } from './log/run-once.ts'
import { otherPrograms, systemLog } from './log/system-log.ts'
import { clockstats } from './ntpd/clockstats.ts'
import { commandLine } from './ntpd/command-line.ts'
import { configured } from './ntpd/configured.ts'
import { ntskestats, ntsstats, sysstats, usestats } from './ntpd/counters.ts'
import { loopstats } from './ntpd/loopstats.ts'
import { ntpdateQuery } from './ntpd/ntpdate-query.ts'
import { ntpqPeers } from './ntpd/ntpq-peers.ts'
import { ntpqVariables } from './ntpd/ntpq-variables.ts'
import { ntpstat } from './ntpd/ntpstat.ts'
import { peerstats } from './ntpd/peerstats.ts'
import { protostats } from './ntpd/protostats.ts'
import { rawstats } from './ntpd/rawstats.ts'
import { refstats } from './ntpd/refstats.ts'
import { setOnce } from './ntpd/set-once.ts'
import { sntp } from './ntpd/sntp.ts'
import { cryptostats, ntskelog, timingstats } from './ntpd/tales.ts'
import { tinker } from './ntpd/tinker.ts'
import { ntpdRsObservation } from './ntpd-rs/observation.ts'
import { ntpdRsStatus } from './ntpd-rs/status.ts'
import { timesyncStatus } from './timesyncd/status.ts'

export const LOG_FORMATS: readonly LogFormat[] = [
  rule,
  ntskestats,
  peerstats,
  loopstats,
  rawstats,
  sysstats,
  usestats,
  ntsstats,
  refstats,
  measurements,
  statistics,
  tracking,
  refclocks,
  rtc,
  tempcomp,
  selection,
  protostats,
  clockstats,
  cryptostats,
  timingstats,
  ntskelog,
  setOnce,
  runOnce,
  ntpdateQuery,
  sntp,
  tinker,
  phase,
  timeOffset,
  servo,
  timesyncStatus,
  chronyc,
  ntpqPeers,
  ntpqVariables,
  ntpdRsStatus,
  ntpdRsObservation,
  ntpstat,
  commandLine,
  configured,
  chronyMakestep,
  chronyOther,
  date,
  hwclock,
  sleep,
  census,
  timedatectl,
  shell,
  dmesg,
  journalEntries,
  systemLog,
  otherDmesg,
  otherPrograms,
]
