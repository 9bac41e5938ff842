/**
 * The inventory of a machine for people: a line for each fact, with the place where it can be looked up. What is not known
 * says so, because a missing line would look like a "no".
 */
import { UNREAD } from '#core/guest/files.ts'
import type {
  BootLine,
  ClockJob,
  ClockSteps,
  Fact,
  GuestTool,
  IdleJob,
  Inventory,
  Place,
  TimeDaemon,
} from '#core/guest/inventory.ts'
import { duration, rate } from '#core/time/format.ts'
import { stepsText } from '#diagnosis/machine/setters.ts'
import type { Style } from './style.ts'
import { printable, table } from './table.ts'
import { plural, UNKNOWN } from './words/say.ts'

interface Row {
  readonly fact: string
  readonly value: string
  readonly place: Place | undefined
}

const LONGEST = 76
/** Of boot entries, kernel messages and unreadable files. */
const MOST = 12

const COPIES = {
  live: 'this machine',
  disk: 'a copy of a disk: what only a running kernel tells is not in it',
  sosreport: 'a sosreport',
  supportconfig: 'what supportconfig wrote: files without their comments, so that lines have other numbers',
  collected: 'a copy that clockwright collected',
} as const

export interface FactGroup {
  readonly title: string
  readonly rows: readonly Row[]
}

/** What belongs together under one title. */
export const inventoryGroups = (inventory: Inventory): FactGroup[] => [
  { title: 'Machine', rows: machineRows(inventory) },
  { title: 'Boot', rows: bootRows(inventory) },
  { title: 'Clock', rows: clockRows(inventory) },
  { title: 'Processors', rows: cpuRows(inventory) },
  { title: 'Devices', rows: deviceRows(inventory) },
  { title: 'Guest tools', rows: inventory.tools.flatMap(toolRows) },
  { title: 'Time daemons', rows: inventory.daemons.flatMap(daemonRows) },
  {
    title: 'Jobs that set the clock',
    rows: [...inventory.jobs, ...inventory.daemonJobs].map(jobRow).concat(inventory.idleJobs.map(idleRow)),
  },
  { title: 'Steps in the logs', rows: inventory.steps.map(stepsRow) },
  { title: 'Kernel messages', rows: messageRows(inventory) },
]

export function inventoryText(inventory: Inventory, style: Style): string {
  const none = { 'Guest tools': 'none', 'Time daemons': 'none', 'Kernel messages': 'none about clocks' }
  const parts = inventoryGroups(inventory).flatMap(({ title, rows }) => {
    const empty = none[title as keyof typeof none]
    if (rows.length === 0 && empty === undefined) return []
    const body = rows.length > 0 ? rowsText(rows, style) : `${style('dim', empty!)}\n`
    return [`${style('bold', title)}\n${body}`]
  })
  return [...parts, unreadText(inventory, style)].filter(part => part !== '').join('\n')
}

function rowsText(rows: readonly Row[], style: Style): string {
  const text = table(
    rows,
    [
      { title: '', text: row => `  ${row.fact}` },
      { title: '', text: row => clipped(row.value) },
      { title: '', text: row => placeText(row.place), emphasis: () => 'dim' },
    ],
    style,
  )
  // The titles are empty.
  return text.slice(text.indexOf('\n') + 1)
}

const clipped = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)

const placeText = (place: Place | undefined): string =>
  place === undefined ? '' : place.line === undefined ? place.path : `${place.path}:${place.line}`

function row<T>(fact: string, known: Fact<T> | undefined, say: (value: T) => string = String): Row {
  return { fact, value: known ? say(known.value) : UNKNOWN, place: known?.evidence[0] }
}

/** Only when it is there. */
const some = <T>(fact: string, known: Fact<T> | undefined, say?: (value: T) => string): Row[] =>
  known ? [row(fact, known, say)] : []

function machineRows(inventory: Inventory): Row[] {
  const { kernel, hypervisor } = inventory
  const paused = {
    stands: 'its clocks stand still while it is paused',
    'runs-on': 'its clocks run on while it is paused',
  }
  return [
    { fact: 'read from', value: COPIES[inventory.copy], place: undefined },
    ...(inventory.missing.length > 0
      ? [{ fact: 'not in it', value: inventory.missing.join(', '), place: undefined }]
      : []),
    row('host name', inventory.hostname),
    row('hypervisor', hypervisor, ({ name, controlDomain, platform, whenPaused }) =>
      [
        name === 'none' ? 'none: a real machine' : name,
        ...(controlDomain ? ['control domain'] : []),
        ...(platform ? [platform] : []),
        ...(whenPaused ? [paused[whenPaused]] : []),
      ].join(', '),
    ),
    ...some('container', inventory.container),
    row('kernel', kernel.release),
    ...some('version', kernel.version),
    row('architecture', kernel.architecture),
    ...(kernel.flavour?.value === 'classic-xen'
      ? [row('kind', kernel.flavour, () => 'a classic Xen kernel')]
      : []),
    row('distribution', kernel.distribution, ({ name }) => name),
    row('time zone', inventory.zone),
    ...some('up for', inventory.uptime, duration),
  ]
}

const jobRow = ({ name, when, command }: ClockJob): Row => ({
  fact: name,
  value: `${when}: ${command.value}`,
  place: command.evidence[0],
})

const idleRow = ({ hindered, ...job }: IdleJob): Row => ({
  ...jobRow(job),
  value: `${job.when}: ${job.command.value} (could: ${hindered.path}: ${hindered.text})`,
})

const stepsRow = ({ by, evidence, ...steps }: ClockSteps): Row => ({
  fact: by ?? 'noticed by others',
  value: stepsText(steps),
  place: evidence.at(-1),
})

function bootRows({ commandLine, boot, copy }: Inventory): Row[] {
  const line = (what: string, said: BootLine): Row => ({
    fact: what,
    value: `${said.image} ${said.words.join(' ')}`,
    place: said.evidence,
  })
  const entries = boot.entries.slice(0, MOST).flatMap(entry => [
    {
      fact: entry.isDefault ? 'starts by itself' : 'can be started',
      value: entry.title,
      place: (entry.hypervisor ?? entry.kernel)?.evidence,
    },
    ...(entry.hypervisor ? [line('  Xen', entry.hypervisor)] : []),
    ...(entry.kernel ? [line('  Linux', entry.kernel)] : []),
  ])
  const left = boot.entries.length - MOST
  return [
    ...(commandLine || copy !== 'disk' ? [row('command line', commandLine, words => words.join(' '))] : []),
    ...entries,
    ...(left > 0
      ? [{ fact: '', value: `and ${plural(left, 'more entry', 'more entries')}`, place: undefined }]
      : []),
    ...boot.defaults.map(({ name, words, evidence }) => ({
      fact: name,
      value: words.join(' '),
      place: evidence,
    })),
  ]
}

function clockRows({ clock, sysctls, rtc, copy }: Inventory): Row[] {
  const running = copy === 'disk' ? some : (...given: Parameters<typeof row<string>>) => [row(...given)]
  const devices = [...new Set(clock.eventDevices.map(({ value }) => value.device))]
  return [
    ...running('clocksource', clock.source),
    ...some('could be', clock.available, names => names.join(' ')),
    ...some('at boot', clock.written),
    ...(devices.length > 0
      ? [{ fact: 'event devices', value: devices.join(', '), place: clock.eventDevices[0]!.evidence[0] }]
      : []),
    ...some('ticks', clock.hz, hz => `${hz} a second`),
    ...some('tickless', clock.tickless, is => (is ? 'yes' : 'no')),
    ...some('timers to', clock.timerResolution, seconds => duration(seconds)),
    ...some(
      'kernel',
      clock.kernel,
      ({ synchronised, frequency, maxError }) =>
        `${synchronised ? 'synchronised' : 'not synchronised'}, frequency ${rate(frequency)}, error at most ${duration(maxError)}`,
    ),
    ...sysctls.flatMap(({ name, set, running, idle }) => [
      ...some(`read by nobody: ${name}`, idle),
      ...set.map((each, i) => row(i === set.length - 1 ? `set ${name}` : `(set ${name})`, each)),
      ...some(name, running),
    ]),
    row('RTC', rtc.present),
    ...some('RTC offset', rtc.offset, ({ seconds, uncertainty }) => {
      const size = `${Math.abs(seconds).toFixed(0)} s`
      if (Math.abs(seconds) <= uncertainty) return `none that could be seen (to ${uncertainty} s)`
      return `${size} ${seconds > 0 ? 'behind' : 'ahead'} (to ${uncertainty} s)`
    }),
    ...some('RTC drift', rtc.drift, drift =>
      drift === 0
        ? 'none noted'
        : `${rate(Math.abs(drift)).replace(/^\+/, '')} ${drift > 0 ? 'fast' : 'slow'}`,
    ),
    row('RTC holds', rtc.mode, mode => (mode === 'utc' ? 'UTC' : 'local time')),
  ]
}

function cpuRows({ cpus }: Inventory): Row[] {
  return [
    row('present', cpus.present),
    ...some('online', cpus.online, list => list.join(' ')),
    ...some('allowed', cpus.allowed, list => list.join(' ')),
    ...some('model', cpus.model),
    ...some('TSC', cpus.tscFlags, flags => flags.join(' ')),
    ...some('stolen', cpus.steal, share => `${(share * 100).toFixed(2)} % of all time`),
  ]
}

function deviceRows({ ptp = [], vmclock, vmgenid }: Inventory): Row[] {
  return [
    ...ptp.map(({ device, clock, links }) => ({
      fact: 'PTP',
      value: `${device}: ${clock.value}${links.length > 0 ? ` (${links.join(', ')})` : ''}`,
      place: clock.evidence[0],
    })),
    ...some('VMClock', vmclock),
    ...some('generation ID', vmgenid),
  ]
}

const SETS_TIME = {
  periodically: 'sets the clock again and again',
  'after-events': 'sets the clock after a pause or a move',
  'when-asked': 'sets the clock when the host asks',
  no: 'does not set the clock',
} as const

function toolRows({ name, installed, runs, setsTime }: GuestTool): Row[] {
  return [
    row(name, installed ?? (runs && { ...runs, value: 'runs' })),
    ...(runs && installed ? [row('  runs', runs, is => (is ? 'yes' : 'no'))] : []),
    row('  time', setsTime, how => SETS_TIME[how]),
  ]
}

function daemonRows(daemon: TimeDaemon): Row[] {
  const yes = (is: boolean) => (is ? 'yes' : 'no')
  return [
    row(daemon.name, daemon.installed),
    ...some('  version', daemon.version),
    ...some('  enabled', daemon.enabled, yes),
    row('  runs', daemon.runs, is =>
      is && daemon.pid
        ? `yes, process ${daemon.pid}${daemon.elsewhere ? ', in a container or brought by no package' : ''}`
        : yes(is),
    ),
    ...some('  sets the clock', daemon.setsTime, yes),
    ...some('  command line', daemon.commandLine, words => words.join(' ')),
    ...(daemon.commandLine?.evidence.slice(1) ?? []).map(place => ({ fact: '', value: place.text, place })),
    ...(daemon.unit?.conditions ?? []).map(({ name, value, met, evidence }) => ({
      fact: '  condition',
      value: `${name}=${value}${met === undefined ? '' : met ? ': met' : ': not met'}`,
      place: evidence,
    })),
    ...daemon.configuration.map(({ path, text, includedBy }) => ({
      fact: '  configuration',
      value: `${path} (${plural(text.replace(/\n$/, '').split('\n').length, 'line')})`,
      place: includedBy,
    })),
  ]
}

function messageRows({ messages }: Inventory): Row[] {
  const telling = messages.filter(({ means }) => means !== 'clock')
  return (telling.length > 0 ? telling : messages)
    .slice(-MOST)
    .map(({ means, evidence }) => ({ fact: means, value: evidence.text.trim(), place: evidence }))
}

function unreadText({ unread }: Inventory, style: Style): string {
  if (unread.length === 0) return ''
  const lines = unread.slice(0, MOST).map(({ path, why }) => `  ${printable(path)}: ${UNREAD[why]}\n`)
  const more = unread.length > MOST ? `  and ${unread.length - MOST} more\n` : ''
  return `${style('bold', 'Not read')}\n${lines.join('')}${more}`
}
