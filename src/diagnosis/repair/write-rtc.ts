/** The hardware clock written in UTC: it goes with every edit by which the next boot takes it for UTC. */
import type { Action } from './action.ts'

export const WRITE_RTC_IN_UTC: Action = {
  kind: 'run',
  title: 'Write the time into the hardware clock, in UTC',
  // /etc/adjtime itself is an edit, by which it is known what it was.
  run: ['hwclock', '--systohc', '--noadjfile', '--utc'],
  undo: ['hwclock', '--systohc', '--noadjfile', '--localtime'],
}
