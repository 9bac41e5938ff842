/**
 * When ptp4l had no master, by what it says of its ports: one that was a slave, or was about to be one, is something else now, and no other
 * port is a slave. A clock that another port follows is led.
 */
import type { Seconds } from '#core/time/units.ts'
import type { LogEvent } from '#core/trace/series.ts'
import type { HostLog } from '../host-log.ts'

export interface WithoutMaster {
  readonly lost: LogEvent
  /** When a port was a slave again. */
  readonly back: Seconds | undefined
}

export function withoutMaster({ events }: HostLog): WithoutMaster[] {
  // Of what is said thousands of times the first are kept: what came afterwards nobody knows.
  const said = events.of('master-followed', 'master-lost')
  if (said.length < events.count('master-followed') + events.count('master-lost')) return []
  const led = new Set<string | undefined>()
  const spells: WithoutMaster[] = []
  let lost: LogEvent | undefined
  for (const event of said.sort((a, b) => a.at - b.at || a.line - b.line)) {
    if (event.what === 'master-followed') {
      led.add(event.source)
      if (lost) spells.push({ lost, back: event.at })
      lost = undefined
    } else {
      led.delete(event.source)
      if (led.size === 0) lost ??= event
    }
  }
  return lost ? [...spells, { lost, back: undefined }] : spells
}
