/**
 * How we watch without touching: a world whose clock is steered in software only. The agent in it believes that it
 * keeps the clock; underneath, the real clock goes its own way, and the difference between the two is what is wrong
 * with it.
 *
 * Readings are translated on the way up (the counter is shared, so this is exact), records on the way down: what is
 * remembered is about the real clock.
 */
import type { Steered } from '#core/agent/action.ts'
import type { AgentEvent } from '#core/agent/event.ts'
import type { Steering } from '#core/discipline/steering.ts'
import { instant, type Reading, since } from '#core/time/instant.ts'
import type { Stamp } from '#core/time/stamp.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import { SoftwareClock } from './software-clock.ts'
import type { Clock, World } from './world.ts'

export function watchOnly(base: World): World {
  const clock = new SoftwareClock(base.clock.read())
  const up = (reading: Reading): Reading => clock.read(reading.monotonic)

  const steered: Clock = {
    precision: base.clock.precision,
    announce: () => {},
    read: () => up(base.clock.read()),
    steer(order: Steering): Steered {
      const { monotonic } = base.clock.read()
      const stepped = clock.follow(order, monotonic)
      return { kind: 'steered', now: clock.read(monotonic), stepped, settles: undefined }
    },
  }

  return {
    clock: steered,
    // No `listen`: the clock that could be served is below, and whoever asked would be told what is not so.
    network: { send: base.network.send, release: base.network.release },
    timers: base.timers,
    names: base.names,
    random: base.random,
    open: tell => base.open(event => tell(translated(event, up))),
    close: () => base.close(),
    record(record: TraceRecord): void {
      // The steps of the software clock happened to nobody.
      if (record.kind === 'step' && record.by === 'us') return
      base.record(aboutRealClock(record, base.clock.read()))
    },
  }
}

function translated(event: AgentEvent, up: (reading: Reading) => Reading): AgentEvent {
  const now = up(event.now)
  const restamped = (stamp: Stamp): Stamp => ({ ...stamp, at: up(stamp.at) })
  switch (event.kind) {
    case 'datagram':
      return { ...event, now, received: restamped(event.received) }
    case 'sent':
      return { ...event, now, sent: restamped(event.sent) }
    case 'started':
      // The rate that was found is that of the clock below.
      return { kind: 'started', now, precision: event.precision }
    default:
      return { ...event, now }
  }
}

/**
 * What the software clock showed when the record was made does not matter, and may have been stepped away since: the
 * counter says when that was, and `real` is a reading of the real clock soon after.
 */
function aboutRealClock(record: TraceRecord, real: Reading): TraceRecord {
  const { wall, monotonic } = record.at
  const at: Reading = { wall: instant(real.wall - (real.monotonic - monotonic)), monotonic }
  switch (record.kind) {
    case 'sample':
    case 'estimate':
      return { ...record, at, offset: record.offset + since(wall, at.wall) }
    default:
      return { ...record, at }
  }
}
