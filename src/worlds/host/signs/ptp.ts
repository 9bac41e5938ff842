/**
 * A hypervisor's clock behind /dev/ptp*: what the host takes the time for, readable in microseconds. Here it is a witness: it
 * goes on while the guest stands still. Clocks of network cards are left alone, because nobody says what they show.
 */

import { closeSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { type DisruptionSign, HOSTS_DIFFER } from '#core/guest/disruption.ts'
import type { Files } from '#core/guest/files.ts'
import { duration } from '#core/time/format.ts'
import { type Instant, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { ioctlRequest, type Libc } from '../../libc.ts'
import type { ReadClock } from '../clock.ts'
import { Comparison } from './jump.ts'
import { whyNotOpened } from './opening.ts'
import {
  decodeExtended,
  decodePrecise,
  decodeSysOffset,
  EXTENDED_SIZE,
  type HostReading,
  PRECISE_SIZE,
  SYS_OFFSET_SIZE,
} from './ptp-offset.ts'

/** The names that drivers of hypervisors give to their clocks (/sys/class/ptp/…/clock_name). */
const HYPERVISORS: readonly (readonly [name: RegExp, driver: string])[] = [
  [/^KVM virtual PTP$/, 'ptp_kvm'],
  [/^hyperv$/, 'ptp_hyperv'],
  [/^ptp_vmw$/, 'ptp_vmw'],
  [/^ena-ptp/, 'ptp_ena'],
  [/^vmclock\d+$/, 'ptp_vmclock'],
  [/^Virtio PTP/i, 'virtio_rtc'],
]

export interface HostClock {
  readonly driver: string
  readonly device: string
}

export function findHostClock(files: Files): HostClock | undefined {
  const found = files.names('sys/class/ptp').flatMap(device => {
    const name = files.text(`sys/class/ptp/${device}/clock_name`) ?? ''
    const index = HYPERVISORS.findIndex(([pattern]) => pattern.test(name))
    return index < 0 ? [] : [{ index, driver: HYPERVISORS[index]![1], device: `/dev/${device}` }]
  })
  const [best] = found.sort((a, b) => a.index - b.index || a.device.localeCompare(b.device))
  return best && { driver: best.driver, device: best.device }
}

export interface HostClockReader {
  /** Undefined when it cannot be read now. */
  read(): HostReading | undefined
  close(): void
}

type Way = 'precise' | 'extended' | 'sys-offset'
const WAYS: readonly Way[] = ['precise', 'extended', 'sys-offset']
const REQUEST: Readonly<Record<Way, number>> = {
  precise: ioctlRequest('read-write', '=', 8, PRECISE_SIZE),
  extended: ioctlRequest('read-write', '=', 9, EXTENDED_SIZE),
  'sys-offset': ioctlRequest('write', '=', 5, SYS_OFFSET_SIZE),
}
const SAMPLES = 3

/** `not-allowed` where we may not open it, undefined where it answers none of the questions. */
export function openHostClock(
  libc: Libc,
  clock: ReadClock,
  device: string,
): HostClockReader | 'not-allowed' | undefined {
  let fd: number
  try {
    fd = openSync(device, 'r')
  } catch (error) {
    const why = whyNotOpened(error, `/sys/class/ptp/${basename(device)}`)
    return why === 'none' ? undefined : why
  }
  const ask = (way: Way): HostReading | undefined => askKernel(libc, clock, fd, way)
  const way = WAYS.find(way => ask(way) !== undefined)
  if (way) return { read: () => ask(way), close: () => closeSync(fd) }
  closeSync(fd)
  return undefined
}

function askKernel(libc: Libc, clock: ReadClock, fd: number, way: Way): HostReading | undefined {
  const { address, bytes, view } = libc.buffer('ptp', EXTENDED_SIZE)
  bytes.fill(0)
  if (way !== 'precise') view.setUint32(0, SAMPLES, true)
  const before = clock.read()
  if (libc.ioctl(fd, REQUEST[way], address) < 0) return undefined
  if (way === 'precise') return decodePrecise(view)
  const around = [before, clock.read()] as const
  return way === 'extended' ? decodeExtended(view, SAMPLES, around) : decodeSysOffset(view, SAMPLES, around)
}

/** Pauses of less are not told: a host that slews its clock does as much. */
const LEAST: Seconds = 5e-3

export class HostClockWitness {
  readonly #comparison = new Comparison(LEAST)
  #origin: Instant | undefined

  look({ host, at, uncertainty }: HostReading): DisruptionSign | undefined {
    this.#origin ??= host
    const jump = this.#comparison.look({ at, elapsed: since(host, this.#origin), uncertainty })
    if (!jump) return undefined
    if (jump.size < 0) {
      const text = `the clock of the host went back by ${duration(-jump.size)}: it was set, or this is another host`
      return { kind: 'hint', witness: 'ptp', text, during: jump.during }
    }
    const { size, during } = jump
    return {
      kind: 'paused',
      lost: size,
      uncertainty: jump.uncertainty,
      witness: 'ptp',
      during,
      atLeast: 0,
      beyond: HOSTS_DIFFER,
    }
  }
}
