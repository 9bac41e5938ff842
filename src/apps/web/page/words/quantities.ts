/**
 * Every number that the page shows, once: what it is, where it comes from, how old it is, and under which name a program
 * finds it. The values, their tooltips and the panel that explains them are all made from this table.
 */
import { rate } from '#core/time/format.ts'
import type { ReadingBody, SourceBody, StatusBody } from '#report/bodies.ts'
import {
  aheadOrBehind,
  exact,
  fastOrSlow,
  length,
  plural,
  plusMinus,
  span,
  UNKNOWN,
} from '#report/words/say.ts'
import { isUsed } from '#report/words/verdict.ts'

export interface Quantity<T> {
  readonly title: string
  readonly what: string
  readonly from: (of: T) => string
  /** Its path in the answer of /api/status. */
  readonly path: string
  readonly metric?: string
  readonly text: (of: T) => string
  readonly exact?: (of: T) => string | undefined
  /** When it was measured or read. */
  readonly at: (of: T) => ReadingBody | null | undefined
}

type Unit = 's' | 's/s'
const digits = (value: number | null | undefined, unit: Unit) =>
  value === null || value === undefined ? undefined : exact(value, unit)

type Clock = StatusBody['clock']
type NumberIn<T> = { [K in keyof T]-?: Extract<T[K], number | string> extends never ? never : K }[keyof T]

function clock(
  name: Exclude<NumberIn<Clock>, 'state'> & string,
  words: {
    title: string
    what: string
    unit?: Unit
    metric?: string
    text: (clock: Clock) => string
    from?: string
  },
): Quantity<StatusBody> {
  return {
    title: words.title,
    what: words.what,
    from: ({ clock: { sources } }) => {
      const used = sources.filter(isUsed)
      if (words.from) return words.from
      if (used.length === 0) return 'From the last measurement, carried forward by this agent.'
      return `Combined by this agent from ${plural(used.length, 'agreeing source')}: ${used.map(each => each.name).join(', ')}.`
    },
    path: `clock.${name}`,
    ...(words.metric ? { metric: words.metric } : {}),
    text: status => words.text(status.clock),
    exact: status => (words.unit ? digits(status.clock[name] as number | null, words.unit) : undefined),
    at: status => status.clock.measuredAt,
  }
}

function kernel(
  name: keyof NonNullable<StatusBody['kernelClock']> & string,
  words: {
    title: string
    what: string
    unit?: Unit
    text: (clock: NonNullable<StatusBody['kernelClock']>) => string
  },
): Quantity<StatusBody> {
  return {
    title: words.title,
    what: words.what,
    from: () =>
      'Read from the kernel (adjtimex, read only). It says what it was told by whoever disciplines the clock.',
    path: `kernelClock.${name}`,
    text: status => (status.kernelClock ? words.text(status.kernelClock) : UNKNOWN),
    exact: status =>
      words.unit ? digits(status.kernelClock?.[name] as number | null | undefined, words.unit) : undefined,
    at: status => (status.kernelClock ? status.clock.now : undefined),
  }
}

function machine(
  name: keyof StatusBody['machine'] & string,
  words: {
    title: string
    what: string
    from: (machine: StatusBody['machine']) => string
    text: (machine: StatusBody['machine']) => string
  },
): Quantity<StatusBody> {
  return {
    title: words.title,
    what: words.what,
    from: status => words.from(status.machine),
    path: `machine.${name}`,
    text: status => words.text(status.machine),
    at: status => status.clock.now,
  }
}

function source(
  name: keyof SourceBody & string,
  words: {
    title: string
    what: string
    unit?: Unit
    metric?: string
    text: (source: SourceBody) => string
    from?: string
    live?: boolean
  },
): Quantity<SourceBody> {
  return {
    title: words.title,
    what: words.what,
    from: ({ name: who, address, stampedBy }) =>
      words.from ??
      `Measured by this agent in exchanges with ${who} (${address})${stampedBy ? `, stamped by ${stampedBy === 'kernel' ? 'the kernel' : 'this program'}` : ''}.`,
    path: `clock.sources[].${name}`,
    ...(words.metric ? { metric: words.metric } : {}),
    text: words.text,
    exact: of => (words.unit ? digits(of[name] as number | null, words.unit) : undefined),
    at: of => (words.live ? undefined : of.measuredAt),
  }
}

const LEAPS = {
  none: 'no leap second ahead',
  insert: 'a second will be inserted at the end of the month',
  delete: 'a second will be left out at the end of the month',
  unknown: 'not synchronised',
} as const
const BY_SOURCE = 'Said by the source in its last accepted reply.'

export const CLOCK_QUANTITIES = {
  'clock.offset': clock('offset', {
    title: 'Offset',
    what: 'True time minus this clock, as best estimated. Behind: the clock shows too early a time.',
    unit: 's',
    metric: 'clockwright_clock_offset_seconds (with the opposite sign: positive is ahead)',
    text: of => aheadOrBehind(of.offset),
  }),
  'clock.errorBound': clock('errorBound', {
    title: 'Error bound',
    what: 'A promise: the offset is wrong by no more than this. It grows while no source is heard.',
    unit: 's',
    metric: 'clockwright_clock_error_bound_seconds (which adds the size of the offset)',
    text: of => plusMinus(of.errorBound),
  }),
  'clock.frequencyError': clock('frequencyError', {
    title: 'Frequency error',
    what: 'What the counter of this machine gains or loses by itself, without any correction. 1 ppm is 86 ms a day.',
    unit: 's/s',
    metric: 'clockwright_clock_frequency_error_ratio',
    text: of => fastOrSlow(of.frequencyError),
  }),
  'clock.frequencyErrorBound': clock('frequencyErrorBound', {
    title: 'Skew',
    what: 'What the frequency error can be wrong by.',
    unit: 's/s',
    metric: 'clockwright_clock_skew_ratio',
    text: of => (of.frequencyErrorBound === null ? UNKNOWN : `± ${rate(of.frequencyErrorBound).slice(1)}`),
  }),
  'clock.jitter': clock('jitter', {
    title: 'Jitter',
    what: 'How much recent offsets scatter around the estimate: the noise of network and sources.',
    unit: 's',
    metric: 'clockwright_clock_jitter_seconds',
    text: of => length(of.jitter),
  }),
  'clock.rootDelay': clock('rootDelay', {
    title: 'Root delay',
    what: 'Round trip all the way to the primary server. Half of it is the largest part of the error bound on a long path.',
    unit: 's',
    metric: 'clockwright_clock_root_delay_seconds',
    text: of => length(of.rootDelay),
  }),
  'clock.rootDispersion': clock('rootDispersion', {
    title: 'Root dispersion',
    what: 'Uncertainty gathered on the way from the primary server to here, delay aside. It grows with time.',
    unit: 's',
    metric: 'clockwright_clock_root_dispersion_seconds',
    text: of => length(of.rootDispersion),
  }),
  'clock.stratum': clock('stratum', {
    title: 'Stratum',
    what: 'How many servers lie between this machine and a reference clock, this one counted.',
    metric: 'clockwright_clock_stratum',
    text: of => (of.stratum === null ? UNKNOWN : String(of.stratum)),
  }),
  'clock.refid': clock('refid', {
    title: 'Reference',
    what: 'The source that comes first in the combination.',
    text: of => of.refid ?? UNKNOWN,
  }),
  'clock.leap': clock('leap', {
    title: 'Leap',
    what: 'Whether the agreeing sources announce a leap second.',
    text: of => LEAPS[of.leap],
  }),
  'kernel.synchronised': kernel('synchronised', {
    title: 'Synchronised',
    what: 'Whether the flag STA_UNSYNC is off. A daemon sets it, or forgets to; it proves nothing.',
    text: of => (of.synchronised ? 'yes, it was told' : 'no'),
  }),
  'kernel.frequency': kernel('frequency', {
    title: 'Correction',
    what: 'The frequency correction in force, tick included: what somebody told the kernel to add to the counter.',
    unit: 's/s',
    text: of =>
      of.frequency === null || of.frequency === 0
        ? of.frequency === 0
          ? 'none'
          : UNKNOWN
        : `${rate(Math.abs(of.frequency)).slice(1)} ${of.frequency > 0 ? 'faster' : 'slower'}`,
  }),
  'kernel.offset': kernel('offset', {
    title: 'Still to slew',
    what: 'The part of the last ordered correction that has not been slewed away yet.',
    unit: 's',
    text: of => length(of.offset),
  }),
  'kernel.maxError': kernel('maxError', {
    title: 'Maximum error',
    what: 'The bound that the kernel was told, growing by 500 ppm since.',
    unit: 's',
    text: of => length(of.maxError),
  }),
  'kernel.estError': kernel('estError', {
    title: 'Estimated error',
    what: 'The probable error that the kernel was told.',
    unit: 's',
    text: of => length(of.estError),
  }),
  'kernel.taiOffset': kernel('taiOffset', {
    title: 'TAI − UTC',
    what: 'Leap seconds since 1972 plus ten. 0 or nothing when nobody has told the kernel.',
    text: of => (of.taiOffset === null ? UNKNOWN : `${of.taiOffset} s`),
  }),
  'kernel.status': kernel('status', {
    title: 'Status bits',
    what: 'The flags of the kernel clock that are set.',
    text: of => of.status.join(' ') || 'none set',
  }),
  'machine.hypervisor': machine('hypervisor', {
    title: 'Hypervisor',
    what: 'What runs this machine, and so what can pause, move and restore it.',
    from: of => (of.hypervisor ? `Seen in: ${of.hypervisor.evidence}.` : 'No sign of one was found.'),
    text: of => of.hypervisor?.name ?? 'none found',
  }),
  'machine.clocksource': machine('clocksource', {
    title: 'Clock source',
    what: 'The counter with which the kernel keeps time.',
    from: of => `Read from sysfs. Available here: ${of.clocksources.join(', ') || 'not known'}.`,
    text: of => of.clocksource ?? UNKNOWN,
  }),
  'machine.timekeepers': machine('timekeepers', {
    title: 'Who sets the clock',
    what: 'Programs that run here and may set this clock. Two of them pull it in two directions.',
    from: of =>
      of.timekeepers.length === 0
        ? 'Looked for among the running processes.'
        : `Found among the running processes: ${of.timekeepers.map(each => `${each.commandLine} (pid ${each.pid})`).join('; ')}.`,
    text: of =>
      counted(
        of.timekeepers.map(each => (each.disciplines ? each.name : `${each.name} (only measures)`)),
      ).join(', ') || 'nobody was found',
  }),
  'machine.kernel': machine('kernel', {
    title: 'Kernel',
    what: 'The operating system of this machine.',
    from: () => 'uname.',
    text: of => of.kernel,
  }),
  'machine.cpus': machine('cpus', {
    title: 'CPUs',
    what: 'How many CPUs this machine has.',
    from: () => 'Told by the kernel.',
    text: of => String(of.cpus),
  }),
} satisfies Record<string, Quantity<StatusBody>>

export const SOURCE_QUANTITIES = {
  'source.offset': source('offset', {
    title: 'Offset',
    what: 'How far this clock is from what this source alone says.',
    unit: 's',
    metric: 'clockwright_source_offset_seconds (with the opposite sign: positive is ahead)',
    text: of => aheadOrBehind(of.offset),
  }),
  'source.rootDistance': source('rootDistance', {
    title: 'Root distance',
    what: 'If the source tells the truth, true time lies within this of its claim: half of the round trips to the primary server plus all dispersions.',
    unit: 's',
    metric: 'clockwright_source_root_distance_seconds',
    text: of => plusMinus(of.rootDistance),
  }),
  'source.delay': source('delay', {
    title: 'Delay',
    what: 'Round trip between this machine and the source.',
    unit: 's',
    metric: 'clockwright_source_delay_seconds',
    text: of => length(of.delay),
  }),
  'source.jitter': source('jitter', {
    title: 'Jitter',
    what: 'How much the recent offsets of this source scatter.',
    unit: 's',
    metric: 'clockwright_source_jitter_seconds',
    text: of => length(of.jitter),
  }),
  'source.dispersion': source('dispersion', {
    title: 'Dispersion',
    what: 'What the best recent measurement can be wrong by now, delay aside: resolution, stamping, age.',
    unit: 's',
    metric: 'clockwright_source_dispersion_seconds',
    text: of => length(of.dispersion),
  }),
  'source.rootDelay': source('rootDelay', {
    title: 'Root delay',
    what: 'Round trip from the source to its primary server.',
    unit: 's',
    from: BY_SOURCE,
    text: of => length(of.rootDelay),
  }),
  'source.rootDispersion': source('rootDispersion', {
    title: 'Root dispersion',
    what: 'Uncertainty between the source and its primary server.',
    unit: 's',
    from: BY_SOURCE,
    text: of => length(of.rootDispersion),
  }),
  'source.stratum': source('stratum', {
    title: 'Stratum',
    what: 'How far the source says it is from a reference clock; 1 has one.',
    metric: 'clockwright_source_stratum',
    from: BY_SOURCE,
    text: of => (of.stratum === null ? UNKNOWN : String(of.stratum)),
  }),
  'source.refid': source('refid', {
    title: 'Follows',
    what: 'What the source says it follows: a reference clock, or the address of another server (IPv6: four bytes of a digest).',
    from: BY_SOURCE,
    text: of => of.refid ?? UNKNOWN,
  }),
  'source.leap': source('leap', {
    title: 'Leap',
    what: 'Whether the source announces a leap second.',
    from: BY_SOURCE,
    text: of => (of.leap === null ? UNKNOWN : of.leap),
  }),
  'source.poll': source('poll', {
    title: 'Poll',
    what: 'How often the source is asked.',
    from: 'Chosen by this agent within the configured limits.',
    live: true,
    text: of => (of.poll < 7 ? `${2 ** of.poll} s` : span(2 ** of.poll)),
  }),
  'source.reach': source('reach', {
    title: 'Reach',
    what: 'The last eight requests, the newest at the right. Full: answered.',
    metric: 'clockwright_source_reachability_ratio',
    from: 'Counted by this agent.',
    live: true,
    text: of => `${(of.reach & 0xff).toString(2).replaceAll('0', '').length} of 8`,
  }),
  'source.counts': source('accepted', {
    title: 'Exchanges',
    what: 'Requests sent, datagrams that came back, and replies that passed every test, since the agent was started.',
    metric: 'clockwright_source_requests_total, …_replies_total, …_replies_accepted_total',
    from: 'Counted by this agent.',
    live: true,
    text: of => `${of.sent} sent, ${of.received} received, ${of.accepted} accepted`,
  }),
  'source.stampedBy': source('stampedBy', {
    title: 'Stamped by',
    what: 'Who noted when packets passed. The kernel does it on the spot; a program notices some microseconds later.',
    from: 'Of the last accepted exchange.',
    text: of => (of.stampedBy === null ? UNKNOWN : of.stampedBy === 'kernel' ? 'the kernel' : 'this program'),
  }),
} satisfies Record<string, Quantity<SourceBody>>

export type ClockKey = keyof typeof CLOCK_QUANTITIES
export type SourceKey = keyof typeof SOURCE_QUANTITIES

/** The members of a pool share its name; the address tells them apart. */
export const keyOf = ({ name, address }: { name: string; address: string }): string => `${name} ${address}`

/** The name, with the address where several share it. */
export const labelOf = (source: SourceBody, all: readonly SourceBody[]): string =>
  all.filter(({ name }) => name === source.name).length > 1
    ? `${source.name} (${source.address})`
    : source.name

/** What occurs several times is said once, with its number. */
const counted = (texts: readonly string[]): string[] =>
  [...new Set(texts)].map(text => {
    const times = texts.filter(each => each === text).length
    return times === 1 ? text : `${text} × ${times}`
  })
