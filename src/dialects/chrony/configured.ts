/**
 * Lines of chrony.conf beside logs. Of them `makestep` matters: its limit says whether chronyd may step at any time. Sources are
 * read where those of ntp.conf are; the rest is known and says nothing here.
 */
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const MAKESTEP = /^\s*makestep\s+\d+(?:\.\d+)?\s+(-?\d+)\s*$/i
const WITH_VALUE = [
  ...[
    'bindcmdaddress',
    'cmdallow',
    'cmddeny',
    'cmdport',
    'combinelimit',
    'confdir',
    'corrtimeratio',
    'driftfile',
  ],
  ...['dumpdir', 'hwtimestamp', 'initstepslew', 'keyfile', 'leapsecmode', 'leapsectz', 'logchange', 'logdir'],
  ...['maxchange', 'maxdistance', 'maxjitter', 'maxslewrate', 'maxupdateskew', 'minsources', 'ntsdumpdir'],
  ...['pidfile', 'refclock', 'rtcfile', 'sched_priority', 'sourcedir', 'user'],
]
const LOGS = 'measurements|rawmeasurements|statistics|tracking|rtc|refclocks|tempcomp|selection'
const OTHER = new RegExp(
  `^\\s*(?:(?:${WITH_VALUE.join('|')}) +\\S.*|log(?: +(?:${LOGS}))+|rtcsync|lock_all)$`,
  'i',
)
const FIRST = ' \tbcdhiklmnprsuBCDHIKLMNPRSU'

export const chronyMakestep = reportFormat({
  name: 'chrony.conf',
  daemon: 'other',
  first: FIRST,
  open: () => text => {
    const makestep = MAKESTEP.exec(text)
    return makestep ? [said('steps-allowed', { size: Number(makestep[1]) })] : undefined
  },
})

export const chronyOther = reportFormat({
  name: 'other lines of chrony.conf',
  daemon: 'other',
  foreign: true,
  first: FIRST,
  open: () => text => (OTHER.test(text) ? [] : undefined),
})
