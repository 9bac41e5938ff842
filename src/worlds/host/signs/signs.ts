/**
 * All local witnesses, and the one timer that lets them look: about once a second, eight times a second while the edge
 * of the RTC's second is searched for. Whatever a machine does not have is left out, and `Gained` says so. Costs about
 * 70 wake-ups a minute; a VMClock that does not notify costs 600 more.
 */
import { readFileSync } from 'node:fs'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { type Monotonic, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Libc } from '../../libc.ts'
import type { ReadClock } from '../clock.ts'
import { openFiles } from '../files.ts'
import type { Watch } from '../watch.ts'
import { openKernelLog } from './kernel-log.ts'
import { findHostClock, HostClockWitness, openHostClock } from './ptp.ts'
import { openRtc, RtcWitness } from './rtc.ts'
import { StealWitness, stolenTime } from './steal.ts'
import { openSteps, type Steps } from './steps.ts'
import { readTsc, TscWitness, whyNoTsc } from './tsc.ts'
import { openVmClock } from './vmclock.ts'

/** What each witness is, or why it is not there. */
export interface Witnessed {
  readonly rtc: 'here' | 'none'
  readonly tsc: 'here' | 'clocksource' | 'unsteady' | 'no-libc'
  readonly vmclock: 'here' | 'none' | 'not-allowed'
  readonly kernelLog: 'here' | 'no-kernel-log' | 'not-allowed' | 'no-libc'
  readonly hostClock: 'here' | 'none' | 'not-allowed' | 'no-libc'
}

export interface Signs {
  readonly steps: Steps
  readonly witnessed: Witnessed
  /** Looks at once, for somebody who cannot wait for the next second. */
  glance(): void
  close(): void
}

/** Something that is looked at each second. */
interface Witness {
  look(): DisruptionSign | undefined
}

const LOOK_EVERY: Seconds = 1
/** Looks for the edge of the RTC's second are between those at everything else. */
const ALMOST: Seconds = 0.75

export function openSigns(
  libc: Libc | undefined,
  clock: ReadClock,
  watch: Watch | undefined,
  notice: (sign: DisruptionSign) => void,
): Signs {
  const files = openFiles()
  const steps = openSteps(libc, clock, watch, isXen(files) ? sign => notice(underXen(sign)) : notice)
  const tsc = openTsc(libc, clock, files)
  const hostClock = openHost(libc, clock, files)
  const vmclock = openVmClock(clock.counter, watch, notice)
  const kernelLog = libc && watch ? openKernelLog(libc, watch, clock.counter, notice) : 'no-libc'
  const device = openRtc()
  const rtc = new RtcWitness()
  const steal = new StealWitness(readSteal)
  const each = [tsc, hostClock].filter(witness => typeof witness !== 'string')

  const origin = clock.counter()
  let timer: NodeJS.Timeout | undefined
  let asked: Seconds = 0
  let looked: Monotonic | undefined

  function tell(sign: DisruptionSign | undefined): void {
    if (sign) notice(sign)
  }

  function lookAtRtc(): Monotonic | undefined {
    if (!device || rtc.unruly) return undefined
    const before = clock.counter()
    const shown = device.read()
    const after = clock.read()
    if (shown !== undefined) tell(rtc.look({ before, after, shown }))
    return rtc.next(clock.counter(), LOOK_EVERY)
  }

  function lookAround(): void {
    steps.check()
    for (const witness of each) tell(witness.look())
  }

  function look(): void {
    const now = clock.counter()
    const elapsed = since(now, origin)
    tell(steal.woke(elapsed, elapsed - asked))
    if (!looked || since(now, looked) >= ALMOST * LOOK_EVERY) {
      looked = now
      lookAround()
    }
    const next = lookAtRtc()
    const done = clock.counter()
    const wait = next === undefined ? LOOK_EVERY : Math.max(0, since(next, done))
    asked = since(done, origin) + wait
    // Late is better than early: an early look before the edge says nothing.
    timer = setTimeout(look, Math.ceil(wait * 1e3))
  }

  timer = setTimeout(look, LOOK_EVERY * 1e3)
  asked = since(clock.counter(), origin) + LOOK_EVERY

  return {
    steps,
    witnessed: {
      rtc: device ? 'here' : 'none',
      tsc: typeof tsc === 'string' ? tsc : 'here',
      vmclock: vmclock === undefined ? 'none' : vmclock === 'not-allowed' ? vmclock : 'here',
      kernelLog: typeof kernelLog === 'string' ? kernelLog : 'here',
      hostClock: typeof hostClock === 'string' ? hostClock : 'here',
    },
    glance() {
      lookAround()
      lookAtRtc()
    },
    close() {
      clearTimeout(timer)
      steps.close()
      device?.close()
      if (typeof hostClock !== 'string') hostClock.close()
      if (typeof vmclock === 'object') vmclock.close()
      if (typeof kernelLog !== 'string') kernelLog.close()
    },
  }
}

const isXen = (files: ReturnType<typeof openFiles>): boolean => files.text('sys/hypervisor/type') === 'xen'

/**
 * Xen lets the guest's kernel suspend itself before it saves or migrates it. The time of that is the difference of two hosts'
 * clocks then, and says little.
 */
export function underXen(sign: DisruptionSign): DisruptionSign {
  if (sign.kind !== 'paused') return sign
  const { witness, during } = sign
  return { kind: 'restored', witness, ...(during ? { during } : {}) }
}

function openTsc(libc: Libc | undefined, clock: ReadClock, files: ReturnType<typeof openFiles>) {
  if (!libc) return 'no-libc'
  const why = whyNoTsc(files)
  if (why) return why
  const counter = libc.timestampCounter()
  if (!counter) return 'unsteady'
  const witness = new TscWitness()
  return { look: () => witness.look(readTsc(clock.counter, counter)) } satisfies Witness
}

function openHost(libc: Libc | undefined, clock: ReadClock, files: ReturnType<typeof openFiles>) {
  if (!libc) return 'no-libc'
  const found = findHostClock(files)
  if (!found) return 'none'
  const reader = openHostClock(libc, clock, found.device)
  if (reader === 'not-allowed') return reader
  if (!reader) return 'none'
  const witness = new HostClockWitness()
  return {
    look() {
      const reading = reader.read()
      return reading && witness.look(reading)
    },
    close: reader.close,
  }
}

function readSteal(): Seconds | undefined {
  try {
    return stolenTime(readFileSync('/proc/stat', 'latin1'))
  } catch {
    return undefined
  }
}
