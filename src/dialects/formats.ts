/**
 * All log formats that are understood, in the order in which they are asked for a line that the last one did not take.
 * The order matters only where two could read one line: numbers before text.
 */
import { rule } from './chrony/banner.ts'
import { measurements } from './chrony/measurements.ts'
import { rtc, tempcomp } from './chrony/readings.ts'
import { refclocks } from './chrony/refclocks.ts'
import { selection } from './chrony/selection.ts'
import { statistics } from './chrony/statistics.ts'
import { tracking } from './chrony/tracking.ts'
import type { LogFormat } from './log/format.ts'
import { otherLog, systemLog } from './log/system-log.ts'
import { clockstats } from './ntpd/clockstats.ts'
import { counters } from './ntpd/counters.ts'
import { loopstats } from './ntpd/loopstats.ts'
import { peerstats } from './ntpd/peerstats.ts'
import { protostats } from './ntpd/protostats.ts'
import { rawstats } from './ntpd/rawstats.ts'
import { setOnce } from './ntpd/set-once.ts'
import { tinker } from './ntpd/tinker.ts'

export const LOG_FORMATS: readonly LogFormat[] = [
  rule,
  peerstats,
  loopstats,
  rawstats,
  counters,
  measurements,
  statistics,
  tracking,
  refclocks,
  rtc,
  tempcomp,
  selection,
  protostats,
  clockstats,
  setOnce,
  tinker,
  systemLog,
  otherLog,
]
