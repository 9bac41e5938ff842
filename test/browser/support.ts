/**
 * A machine to look at: eight days of a guest's clock with what goes wrong in practice. Four sources agree, one is 50 ms
 * off, one has been silent for a day. The guest stood still for 57 s and somebody put its clock right; two days ago its
 * clock was two minutes ahead for half an hour (so its wall clock ran backwards afterwards); the agent was once stopped.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { Watched } from '#apps/web/watched.ts'
import type { SourceReason, SourceState } from '#core/agent/reason.ts'
import type { SourceStatus, Status } from '#core/agent/status.ts'
import { instant, monotonic, plus, type Reading, since } from '#core/time/instant.ts'
import type { History } from '#core/trace/history.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { Snapshot } from '#report/snapshot.ts'
import { memoryHistory } from './history.ts'

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
const POLL = 64
/** What the frequency of the counter can be wrong by: the bound of the clock grows so fast. */
const RATE_BOUND = 1.5e-6

/** Times are seconds of true time from now; before now they are negative. */
interface Spell {
  readonly from: number
  readonly to: number
}
/** The clock was behind by so much (negative: ahead) for a while. */
const WRONG: readonly (Spell & { readonly behind: number })[] = [
  { from: -2 * DAY - 30 * MINUTE, to: -2 * DAY, behind: -120 },
  { from: -5 * HOUR, to: -5 * HOUR + 150, behind: 57.2 },
  { from: -52 * MINUTE, to: -38 * MINUTE, behind: 3.4e-3 },
]
const STOPPED: Spell = { from: -2.6 * HOUR, to: -1.9 * HOUR }

interface Example {
  readonly name: string
  readonly address: string
  readonly stratum: number
  readonly refid: string
  readonly bias: number
  readonly delay: number
  readonly noise: number
  readonly until?: number
  readonly state: SourceState
  readonly reason: SourceReason
}
const SOURCES: readonly Example[] = [
  {
    name: 'ntp1.example.net',
    address: '192.0.2.10',
    stratum: 1,
    refid: 'GPS',
    bias: 20e-6,
    delay: 2.1e-3,
    noise: 30e-6,
    state: 'system',
    reason: 'best',
  },
  {
    name: 'ntp2.example.net',
    address: '192.0.2.27',
    stratum: 2,
    refid: '192.0.2.10',
    bias: -35e-6,
    delay: 3.4e-3,
    noise: 45e-6,
    state: 'survivor',
    reason: 'agrees',
  },
  {
    name: 'time.example.org',
    address: '2001:db8:12::7b',
    stratum: 2,
    refid: '198.51.100.77',
    bias: 160e-6,
    delay: 18.6e-3,
    noise: 180e-6,
    state: 'survivor',
    reason: 'agrees',
  },
  {
    name: 'ptbtime.example.de',
    address: '203.0.113.103',
    stratum: 1,
    refid: 'PTB',
    bias: -120e-6,
    delay: 24.2e-3,
    noise: 90e-6,
    state: 'survivor',
    reason: 'agrees',
  },
  {
    name: 'clock.office.example',
    address: '198.51.100.4',
    stratum: 3,
    refid: '10.0.0.5',
    bias: 50e-3,
    delay: 1.1e-3,
    noise: 60e-6,
    state: 'falseticker',
    reason: 'disagrees-with-majority',
  },
  {
    name: 'old.example.com',
    address: '203.0.113.99',
    stratum: 2,
    refid: '192.0.2.200',
    bias: 40e-6,
    delay: 12e-3,
    noise: 70e-6,
    until: -26 * HOUR,
    state: 'unreachable',
    reason: 'no-reply',
  },
]

export interface ExampleOptions {
  /** `alone`: no source is configured. `holdover`: they all fell silent 14 minutes ago. `starting`: nobody answered yet. */
  readonly story?: 'usual' | 'alone' | 'holdover' | 'starting'
  /** Turns every text that comes from outside into another, a hostile one say. */
  readonly text?: (text: string) => string
  readonly seed?: number
  readonly days?: number
}

export interface ExampleWatched extends Watched {
  /** A round of samples and an estimate, now. */
  measure(): void
  write(record: TraceRecord): void
  now(): Reading
}

export function exampleWatched(options: ExampleOptions = {}): ExampleWatched {
  const { story = 'usual', text = (as: string) => as, seed = 1, days = 8 } = options
  const generator = xoroshiro128plus(seed)
  const random = () => uniformFloat64(generator)
  const spread = () => random() + random() + random() - 1.5

  const opened = performance.now()
  const wallAtOpen = BigInt(Date.now()) * 1_000_000n
  /** The counter began 20 days before. */
  const counter = (t: number) => plus(monotonic(BigInt(20 * DAY) * 1_000_000_000n), t)
  const at = (t: number): Reading => ({
    wall: plus(instant(wallAtOpen), t - wrongBy(t)),
    monotonic: counter(t),
  })
  const elapsed = () => (performance.now() - opened) / 1000
  const now = () => at(elapsed())

  const history: History = memoryHistory()
  const listeners = new Set<(record: TraceRecord) => void>()
  const latest = new Map<string, Extract<TraceRecord, { kind: 'sample' }>>()
  let estimate: Extract<TraceRecord, { kind: 'estimate' }> | undefined
  let rounds = 0

  const write = (record: TraceRecord) => {
    history.append([record])
    if (record.kind === 'sample') latest.set(record.source, record)
    if (record.kind === 'estimate') estimate = record
    for (const listener of listeners) listener(record)
  }

  const measureAt = (t: number) => {
    rounds++
    for (const example of SOURCES) {
      if (example.until !== undefined && t > example.until) continue
      const queue = -Math.log(1 - random()) * example.noise
      const asked = t + spread()
      write({
        kind: 'sample',
        at: at(asked),
        source: text(example.name),
        address: text(example.address),
        offset: clockAt(asked) + example.bias + spread() * example.noise + queue / 2,
        delay: example.delay + queue,
        dispersion: 15e-6 + random() * 10e-6,
        rootDistance: example.delay / 2 + queue + 80e-6,
        stratum: example.stratum,
        leap: 'none',
        poll: 6,
      })
    }
    write({
      kind: 'estimate',
      at: at(t + 2),
      offset: clockAt(t + 2) + spread() * 8e-6,
      errorBound: 240e-6 + 60e-6 * Math.sin(t / 5000) + random() * 30e-6,
      frequencyError: -11.3e-6 + 0.4e-6 * Math.sin((2 * Math.PI * t) / DAY) + spread() * 0.02e-6,
      frequencyErrorBound: RATE_BOUND,
      jitter: 21e-6 + random() * 6e-6,
      source: text(SOURCES[0]!.name),
      survivors: 4,
    })
  }

  if (story !== 'alone' && story !== 'starting') tellThePast()
  else write({ kind: 'started', at: at(-40), version: '0.1.0', boot: 'b3d1' })

  return {
    history,
    write,
    now,
    measure: () => measureAt(elapsed()),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    snapshot: () => snapshot(),
  }

  function tellThePast(): void {
    const events = eventsOfThePast()
    const last = story === 'holdover' ? -14 * MINUTE : -4
    for (let t = -days * DAY; t <= last; t += POLL) {
      for (const event of events.splice(0, events.findIndex(each => each.t > t) >>> 0)) write(event.record)
      if (t < STOPPED.from || t > STOPPED.to) measureAt(t)
    }
    for (const event of events) write(event.record)
    if (story === 'usual') measureAt(-14)
  }

  function eventsOfThePast(): { t: number; record: TraceRecord }[] {
    const events: { t: number; record: TraceRecord }[] = [
      {
        t: -days * DAY - 1,
        record: { kind: 'started', at: at(-days * DAY - 1), version: '0.1.0', boot: 'a97c' },
      },
      ...WRONG.flatMap(({ from, to, behind }) => [
        behind > 1
          ? {
              t: from,
              record: {
                kind: 'disruption',
                at: at(from + 1),
                what: 'paused',
                witness: 'boottime',
                lost: behind,
                uncertainty: 0.004,
              } as const,
            }
          : {
              t: from,
              record: {
                kind: 'step',
                at: at(from),
                size: -behind,
                uncertainty: 1e-6,
                by: 'somebody-else',
              } as const,
            },
        {
          t: to,
          record: { kind: 'step', at: at(to), size: behind, uncertainty: 1e-6, by: 'somebody-else' } as const,
        },
      ]),
      {
        t: -26 * HOUR,
        record: {
          kind: 'source',
          at: at(-26 * HOUR + 512),
          source: text('old.example.com'),
          address: text('203.0.113.99'),
          state: 'unreachable',
          reason: 'no-reply',
        },
      },
      {
        t: -20 * MINUTE,
        record: {
          kind: 'notice',
          at: at(-20 * MINUTE),
          name: 'second-timekeeper',
          text: text(
            'chronyd and systemd-timesyncd are both running: they will pull this clock in two directions',
          ),
        },
      },
      {
        t: STOPPED.to,
        record: { kind: 'started', at: at(STOPPED.to), version: '0.1.0', boot: 'b3d1' },
      },
    ]
    return events.sort((a, b) => a.t - b.t)
  }

  function snapshot(): Snapshot {
    return {
      version: '0.1.0',
      startedAt: at(STOPPED.to),
      mode: 'watching',
      sourcesFrom: text(
        story === 'alone'
          ? 'No source is configured: neither /etc/clockwright/clockwright.toml nor a time daemon of this machine names one.'
          : 'The sources of /etc/chrony/chrony.conf, because chronyd runs on this machine.',
      ),
      machine: {
        hostname: text('web-3.prod.example'),
        kernel: 'Linux 6.1.0-44-amd64',
        cpus: 4,
        hypervisor: { name: 'kvm', evidence: text('CPUID flag hypervisor; DMI sys_vendor QEMU') },
        clocksource: 'kvm-clock',
        clocksources: ['kvm-clock', 'tsc', 'acpi_pm'],
        timekeepers: [
          { name: 'chronyd', pid: 612, commandLine: text('/usr/sbin/chronyd -F 1'), disciplines: true },
        ],
        boot: 'b3d1c5e0-6c1f-4bb8-9a55-0d6a0a51c6f2',
      },
      kernelClock: {
        frequency: 11.32e-6,
        offset: 0,
        maxError: story === 'alone' ? 16 : 0.0182,
        estError: story === 'alone' ? 16 : 41e-6,
        synchronised: story !== 'alone',
        leap: story === 'alone' ? 'unknown' : 'none',
        taiOffset: 37,
        status: story === 'alone' ? ['STA_UNSYNC', 'STA_NANO'] : ['STA_PLL', 'STA_NANO'],
      },
      losses: [
        {
          name: 'no-kernel-timestamps',
          text: 'The network driver stamps no packets in hardware: samples are good to some microseconds, not to nanoseconds.',
        },
        {
          name: 'no-vmclock',
          text: 'The hypervisor offers no vmclock: a pause is noticed by comparing clocks, within a second of its end.',
        },
      ],
      clock: clock(),
      server: undefined,
    }
  }

  function clock(): Status {
    const reading = now()
    const age = estimate ? since(reading.monotonic, estimate.at.monotonic) : 0
    const state = { usual: 'locked', alone: 'freerun', holdover: 'holdover', starting: 'starting' } as const
    return {
      now: reading,
      state: state[story],
      holding: undefined,
      offset: estimate?.offset,
      errorBound: estimate && estimate.errorBound + age * RATE_BOUND,
      frequencyError: estimate?.frequencyError,
      frequencyErrorBound: estimate?.frequencyErrorBound,
      jitter: estimate?.jitter,
      rootDelay: estimate && 2.13e-3,
      rootDispersion: estimate && 96e-6 + age * 1e-7,
      stratum: estimate && 2,
      refid: estimate && text('192.0.2.10'),
      leap: estimate ? 'none' : 'unknown',
      measuredAt: estimate?.at,
      sources: story === 'alone' ? [] : SOURCES.map(status),
    }
  }

  function status(example: Example): SourceStatus {
    const sample = latest.get(text(example.name))
    const silent = story === 'holdover' || story === 'starting' || example.until !== undefined
    const starting = story === 'starting'
    return {
      name: text(example.name),
      address: text(example.address),
      port: 123,
      state: starting ? 'starting' : silent ? 'unreachable' : example.state,
      reason: starting ? 'no-reply-yet' : silent ? 'no-reply' : example.reason,
      stratum: sample?.stratum,
      refid: sample && text(example.refid),
      leap: sample?.leap,
      version: sample && 4,
      offset: sample?.offset,
      delay: sample?.delay,
      dispersion: sample?.dispersion,
      jitter: sample && example.noise * 0.8,
      rootDelay: sample && example.delay * 0.4,
      rootDispersion: sample && 80e-6,
      rootDistance: sample?.rootDistance,
      reach: silent ? 0 : example.name === 'time.example.org' ? 0b1111_0111 : 0xff,
      poll: 6,
      measuredAt: sample?.at,
      nextPollIn: 31,
      referenceTime: sample && plus(sample.at.wall, -17.25),
      stampedBy: sample && (example.stratum === 1 ? 'kernel' : 'user'),
      sent: starting ? 3 : rounds + 8,
      received: starting ? 0 : rounds,
      accepted: starting ? 0 : rounds - 5,
      refusals: starting
        ? {}
        : example.name === 'time.example.org'
          ? { 'bogus-origin': 3, duplicate: 2 }
          : {},
      lastRefusal: example.name === 'time.example.org' && !starting ? 'bogus-origin' : undefined,
    }
  }
}

const wrongBy = (t: number) =>
  WRONG.reduce((sum, { from, to, behind }) => (t >= from && t < to ? sum + behind : sum), 0)

/** How far the clock is behind. */
const clockAt = (t: number) => wander(t) + wrongBy(t)

/** What is left when a daemon disciplines the clock: some microseconds, slowly swinging. */
const wander = (t: number) =>
  38e-6 * Math.sin((2 * Math.PI * t) / (5 * HOUR)) +
  14e-6 * Math.sin((2 * Math.PI * t) / (37 * MINUTE)) +
  12e-6
