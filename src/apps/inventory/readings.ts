/**
 * What of this machine's time lies in no file: the clocks, read together; what the kernel says of its own (adjtimex); what
 * the host takes the time for, where it can be asked; and how far the zone is ahead of UTC now. Nothing is set.
 */
import { decimal } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { openClock } from '#worlds/host/clock.ts'
import { openFiles } from '#worlds/host/files.ts'
import { openHostTime } from '#worlds/host/host-time.ts'
import { readKernelClock } from '#worlds/host/kernel-clock.ts'
import { loadLibc } from '#worlds/libc.ts'

/** Plain data for JSON. Unknown is null. */
export function takeReadings(): Readonly<Record<string, unknown>> {
  const loaded = loadLibc()
  const libc = loaded.kind === 'loaded' ? loaded.libc : undefined
  const clock = openClock(libc)
  const { wall, monotonic } = clock.read()
  const host = libc && openHostTime(libc, clock, openFiles())
  const reading = host?.read()
  host?.close()
  return {
    clocks: {
      wall: decimal(wall),
      counter: decimal(monotonic),
      residual: clock.residual(),
      precision: clock.precision,
    },
    kernelClock: (libc && readKernelClock(libc)) ?? null,
    hostClock:
      host && reading
        ? {
            name: host.name,
            host: decimal(reading.host),
            counter: decimal(reading.at),
            uncertainty: reading.uncertainty,
            error: reading.error ?? null,
          }
        : null,
    zoneAhead: zoneAhead() ?? null,
  }
}

/** Of the machine: whoever has a zone of his own (TZ) is shown that one. */
const zoneAhead = (): Seconds | undefined =>
  process.env.TZ === undefined ? -60 * new Date().getTimezoneOffset() : undefined
