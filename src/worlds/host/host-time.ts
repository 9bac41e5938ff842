/**
 * Reading what the host takes the time for: from the page of a VMClock whose host fills in the time, which also says how
 * wrong that can be, or through the hypervisor's PTP device, which does not.
 */
import { closeSync, openSync } from 'node:fs'
import type { Files } from '#core/guest/files.ts'
import { instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Libc } from '../libc.ts'
import type { ReadClock } from './clock.ts'
import { findHostClock, openHostClock } from './signs/ptp.ts'
import type { HostReading } from './signs/ptp-offset.ts'
import { readTsc, type TscLook } from './signs/tsc.ts'
import { readPage } from './signs/vmclock.ts'
import { type VmClock, vmClockTime } from './signs/vmclock-page.ts'

export interface HostTime extends HostReading {
  /** How wrong the host says that it is at most; undefined when it says nothing. */
  readonly error: Seconds | undefined
}

export interface HostTimeReader {
  /** `ptp_kvm`, `vmclock`, … */
  readonly name: string
  /** Undefined when it cannot be read now, or gives no time at present. */
  read(): HostTime | undefined
  close(): void
}

const VMCLOCK = '/dev/vmclock0'

/** Undefined where there is none, or none that we may read. */
export function openHostTime(libc: Libc, clock: ReadClock, files: Files): HostTimeReader | undefined {
  return openPage(libc, clock) ?? openDevice(libc, clock, files)
}

function openDevice(libc: Libc, clock: ReadClock, files: Files): HostTimeReader | undefined {
  const found = findHostClock(files)
  const reader = found && openHostClock(libc, clock, found.device)
  if (!found || typeof reader !== 'object') return undefined
  return {
    name: found.driver,
    read() {
      const reading = reader.read()
      return reading && { ...reading, error: undefined }
    },
    close: reader.close,
  }
}

function openPage(libc: Libc, clock: ReadClock): HostTimeReader | undefined {
  const counter = libc.timestampCounter()
  if (!counter) return undefined
  let fd: number
  try {
    fd = openSync(VMCLOCK, 'r')
  } catch {
    return undefined
  }
  const read = () => {
    const page = readPage(fd)
    return page && timeOfPage(page, readTsc(clock.counter, counter))
  }
  if (read()) return { name: 'vmclock', read, close: () => closeSync(fd) }
  closeSync(fd)
  return undefined
}

/** What a page says of the moment when the TSC was looked at; undefined when its host gives no time that can be used. */
export function timeOfPage(page: VmClock, { before, after, ticks }: TscLook): HostTime | undefined {
  const { time, timeType, taiOffset, status, counter } = page
  const steady = status === 'synchronized' || status === 'freerunning'
  if (!time || !steady || counter !== 'x86-tsc') return undefined
  if (timeType !== 'utc' && (timeType !== 'tai' || taiOffset === undefined)) return undefined
  const { maximumError, periodMaximumError } = time
  const shown = vmClockTime(time, ticks)
  const age = Number(shown - vmClockTime(time, time.at)) / 1e9
  const whole = 1_000_000_000n
  return {
    host: instant(timeType === 'tai' ? shown - BigInt(taiOffset ?? 0) * whole : shown),
    at: after === before ? before : ((before + (after - before) / 2n) as typeof before),
    uncertainty: Number(after - before) / 2e9 + 1e-9,
    error:
      maximumError === undefined || periodMaximumError === undefined
        ? undefined
        : maximumError + periodMaximumError * Math.abs(age),
  }
}
