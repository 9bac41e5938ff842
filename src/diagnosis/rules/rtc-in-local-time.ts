/** rtc-in-local-time: the hardware clock of the machine is in local time. A guest that starts with it is wrong by the zone. */
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

export const rtcInLocalTime: Rule = ({ log, keeper }) => {
  const line = log.timeless.find(({ what }) => what === 'rtc-in-local-time')
  if (!line) return []
  return [
    {
      name: 'rtc-in-local-time',
      severity: 'note',
      from: undefined,
      to: undefined,
      what: 'The hardware clock is taken for local time.',
      measures: {},
      evidence: [evidenceOf(line)],
      cost: 'None in a zone without an offset from UTC. Elsewhere the clock is wrong by hours from boot to the first step, and around a change to summer time.',
      causes: [],
      remedy: configure(keeper, 'Keep it in UTC.', ['timedatectl set-local-rtc 0']),
      confirm: 'timedatectl; the third line of /etc/adjtime.',
    },
  ]
}
