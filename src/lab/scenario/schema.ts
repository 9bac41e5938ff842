/**
 * The format of scenarios, once: what may stand in such a file, in which range, what it means. The reader, its error messages
 * and the reference page (docs/reference/scenarios.md) all follow from this.
 *
 * A scenario is a story: a guest with a clock, servers behind links, and what happens to them, in the order of time. Who keeps
 * the clock meanwhile is not part of the story, but it says whom to play when nobody asks for others.
 */
import * as v from 'valibot'
import { parseDuration, parseSigned } from '#core/time/parse-duration.ts'
import { FAMILIES } from '#worlds/simulated/hypervisor/family.ts'
import { TOOLS } from '#worlds/simulated/hypervisor/tools.ts'
import { isDaemon, KNOWN_DAEMONS } from '../players/daemon-name.ts'
import { KNOWN_PLAYERS } from '../players/known.ts'

const described = <S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description))

const number = (least: number, most: number, why = '') =>
  v.pipe(
    v.number('must be a number'),
    v.check(n => n >= least && n <= most, `must be from ${least} to ${most}${why}`),
  )

const whole = (least: number, most: number) =>
  v.pipe(
    number(least, most),
    v.check(n => Number.isInteger(n), `must be a whole number from ${least} to ${most}`),
  )

export const MOST_SECONDS = 366 * 86_400
const SPAN = 'must be a duration: seconds, or a text like "4.3s", "500ms", "2h10m"'

/** Zero is one. */
const span = v.pipe(
  v.union([v.number(), v.string()], SPAN),
  v.check(
    value => !(typeof value === 'number' ? value < 0 : (parseSigned(value) ?? 0) < 0),
    'must not be negative',
  ),
  v.transform(value => (typeof value === 'number' ? value : (parseDuration(value) ?? Number.NaN))),
  v.check(s => Number.isFinite(s) && s <= MOST_SECONDS, `${SPAN}; a year at most`),
)
const positive = v.pipe(
  span,
  v.check(s => !(s <= 0), 'must be above zero'),
)

const wholeSeconds = v.pipe(
  positive,
  v.check(s => !(s % 1 > 0), 'must be whole seconds'),
)

const OFFSET = 'must be seconds, or a text like "-50ms", "+4.3s"'
const offset = v.pipe(
  v.union([v.number(), v.string()], OFFSET),
  v.transform(value => (typeof value === 'number' ? value : (parseSigned(value) ?? Number.NaN))),
  v.check(s => Number.isFinite(s) && Math.abs(s) <= 20 * MOST_SECONDS, `${OFFSET}; 20 years at most`),
)

const text = (most: number) =>
  v.pipe(
    v.string('must be a text in quotes'),
    v.check(value => value.trim().length > 0 && value.length <= most, `must have 1 to ${most} characters`),
  )
const ONE_LINE = v.check<string, string>(
  value => !/\p{C}/u.test(value),
  'must be one line without control characters',
)
const line = (most: number) => v.pipe(text(most), ONE_LINE)
/** Of which nothing is a value, too. */
const words = (most: number) =>
  v.pipe(
    v.string('must be a text in quotes'),
    v.maxLength(most, `must have ${most} characters at most`),
    ONE_LINE,
  )

/** Line ends are no control characters here: the text is broken anew when it is shown. */
const paragraph = v.pipe(
  text(1000),
  v.check(value => !/\p{C}/u.test(value.replace(/\r?\n/g, ' ')), 'must not hold control characters'),
)

const ppm = (most: number) => number(-most, most)
const size = (most: number) => number(0, most)
/** What a clock gains, in ppm: it may lose half of the time, and what swings and noise take off that, and still goes forward. */
export const CLOCK_RATE = { least: -5e5, most: 1e6 } as const
const clockRate = number(
  CLOCK_RATE.least,
  CLOCK_RATE.most,
  ': a clock that stands still or runs back is none',
)
const flag = v.boolean('must be true or false')
const part = number(0, 1)

const quoted = (names: readonly string[]): string => names.map(name => `"${name}"`).join(', ')
const oneOf = <const N extends string>(names: readonly N[]) =>
  v.picklist(names, `must be one of ${quoted(names)}`)
const namesOf = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[]

const address = v.pipe(
  v.string('must be a text in quotes'),
  v.check(value => /^\d{1,3}(\.\d{1,3}){3}$/.test(value), 'must be an IPv4 address, like "192.0.2.1"'),
)

export const USUAL_WANDER = 0.001

const guest = v.strictObject({
  offset: described(
    v.optional(offset, 0),
    'By how much its clock is ahead at the start; with a minus behind.',
  ),
  offsetspread: described(
    v.optional(span, 0),
    'It is off by up to so much more at the start, ahead or behind, another part of it with each seed.',
  ),
  frequencyerror: described(
    v.optional(clockRate, 20),
    'What the oscillator gains by itself, in ppm; with a minus it loses.',
  ),
  wander: described(
    v.optional(size(1000), USUAL_WANDER),
    'How much its frequency changes within a second, in ppm: the standard deviation of a random walk.',
  ),
  noise: described(
    v.optional(size(1e5), 0),
    'White noise of its frequency, in ppm: the standard deviation over one second.',
  ),
  temperature: described(
    v.optional(size(1e4), 0),
    'How far its frequency swings to either side as it gets warm and cold, in ppm.',
  ),
  temperatureperiod: described(v.optional(positive, 86_400), 'How long one such swing takes.'),
  temperaturegrows: described(
    v.optional(positive),
    'The swing grows from nothing to its full size in so long, and begins anew; without it it is always the same.',
  ),
  ageing: described(v.optional(ppm(1000), 0), 'What its frequency error gains in a day, in ppm.'),
  ticks: described(
    v.optional(whole(1, 100_000)),
    'The kernel counts timer interrupts, so many in a second, as kernels before the tickless ones did; without it it does not.',
  ),
  lostticks: described(v.optional(part, 0), 'The part of these interrupts that is lost.'),
  ticksgivenback: described(
    v.optional(number(0, 100), 0),
    'How much of what was lost is given back: 1 is all of it, 2 twice as much, and the clock runs fast.',
  ),
  jump: described(v.optional(span), 'The counter jumps forward by so much, each `jumpevery`.'),
  jumpevery: described(v.optional(wholeSeconds), 'How often it does: whole seconds.'),
  driftfile: described(
    v.optional(flag, false),
    'Whoever keeps the clock knows its frequency error from an earlier life.',
  ),
  stamping: described(v.optional(span, 0), 'How far the time stamps of packets may be wrong.'),
})

const cpu = v.strictObject({
  ahead: described(
    v.optional(offset, 0),
    "By how much its clock is ahead of the system's; with a minus behind.",
  ),
  gains: described(v.optional(clockRate, 0), 'What it gains on that, in ppm.'),
})

/** A host's clock and counter: where the guest begins, and where it is moved to. */
const host = {
  offset: described(
    v.optional(offset, 0),
    "By how much the host's clock is ahead of true time at the start, or when the guest comes to it.",
  ),
  drift: described(v.optional(clockRate, 0), "What the host's clock gains from then on, in ppm."),
  counter: described(
    v.optional(ppm(1e5), 0),
    'What guests count faster on this host than `frequencyerror` says, in ppm.',
  ),
}

const hypervisor = v.strictObject({
  family: described(
    oneOf(namesOf(FAMILIES)),
    `What becomes of the clocks when the guest is stopped, moved or loaded: ${quoted(namesOf(FAMILIES))}.`,
  ),
  tools: described(
    v.optional(oneOf(namesOf(TOOLS))),
    `Who sets the clock to the host's: ${quoted(namesOf(TOOLS))}; nobody when absent.`,
  ),
  ...host,
  rtc: described(
    v.optional(flag),
    'There is a battery clock. This and the next four: as is usual for the family.',
  ),
  ptp: described(v.optional(flag), "The host's clock can be read."),
  vmclock: described(v.optional(flag), 'A page says that the counter was disturbed.'),
  vmgenid: described(v.optional(flag), 'A number changes when memory is loaded from a snapshot.'),
  tsc: described(v.optional(flag), "The processor's own counter can be read beside the clock."),
})

/** What a path is like; the same words where it begins and where it changes. */
const path = {
  delay: described(
    v.optional(span),
    'How long a packet takes, one way; the same up and down. 100 µs where nothing is said.',
  ),
  up: described(
    v.optional(span),
    'How long a packet takes from the guest to the server, where that differs.',
  ),
  down: described(v.optional(span), 'How long a packet takes back.'),
  jitter: described(
    v.optional(span),
    'Mean of what queues add to it, each way (exponential: often little, now and then much).',
  ),
  jitterup: described(v.optional(span), 'The same on the way to the server, where that differs.'),
  jitterdown: described(v.optional(span), 'The same on the way back.'),
  queue: described(
    v.optional(oneOf(['exponential', 'gamma', 'heavy-tail'])),
    'What the jitter is like: exponential; gamma (rarely little, rarely much); heavy-tail (now and then enormous).',
  ),
  loss: described(v.optional(part), 'The part of packets that get lost, each way: 1 is all of them.'),
  duplicates: described(v.optional(part), 'The part of packets that arrive twice, each way.'),
}

const server = v.strictObject({
  address: described(address, 'Its address. A configuration that is played names it so.'),
  ...path,
  offset: described(v.optional(offset, 0), 'By how much its own clock is ahead of true time.'),
  drift: described(v.optional(clockRate, 0), 'What its own clock gains, in ppm.'),
  stratum: described(v.optional(whole(1, 16), 1), 'The stratum that it claims.'),
  rootdelay: described(v.optional(span, 0), 'The root delay that it claims.'),
  rootdispersion: described(v.optional(span, 0), 'The root dispersion that it claims.'),
  patience: described(
    v.optional(positive),
    'It answers one question in so long, beside a burst at the beginning; any number when absent.',
  ),
  burst: described(v.optional(whole(1, 1000), 8), 'So many at once, where it has `patience`.'),
  beyond: described(
    v.optional(oneOf(['kiss', 'silence']), 'kiss'),
    'What it does with further ones: `kiss`, which asks for less, or `silence`.',
  ),
  multicast: described(
    v.optional(positive),
    'It also sends its time to a multicast group, unasked, once in so long: for an ntpd with `broadcastclient` or `multicastclient`, and `disable auth`.',
  ),
  alsofrom: described(
    v.optional(v.array(address, 'must be a list of addresses in brackets')),
    'Other addresses of its, from which a copy of such a packet leaves now and then, because a route for the group is missing. It answers there, too.',
  ),
  alsofrompart: described(
    v.optional(part, 0.02),
    'Of which part of these packets a copy leaves from each of those.',
  ),
})

/** When it happens, and again. */
const when = {
  at: described(span, 'When, from the start of the story.'),
  every: described(v.optional(positive), 'Again and again after so long, to the end of the story.'),
  times: described(v.optional(whole(1, 100_000)), 'With `every`: so often in all.'),
}

/** One for each verb. A new verb is added here, and carried out in world.ts beside this file. */
const EVENTS = {
  pause: v.strictObject({
    kind: v.literal('pause'),
    ...when,
    length: described(
      positive,
      'The hypervisor stops the guest for so long. All of its clocks stand still, unless a `[hypervisor]` says otherwise.',
    ),
    noticed: described(
      v.optional(span),
      'So long after the resume a sign (VMClock, a virtual RTC) tells the guest; nothing does when absent. This and the next two: where there is no `[hypervisor]`.',
    ),
    uncertainty: described(v.optional(span, 0.01), 'How far that sign may be wrong.'),
    frequencychange: described(
      v.optional(ppm(1e5), 0),
      'The oscillator gains so much more afterwards, in ppm: another host.',
    ),
  }),
  suspend: v.strictObject({
    kind: v.literal('suspend'),
    ...when,
    length: described(positive, 'The guest is written to disk, and read back so long afterwards.'),
  }),
  sleep: v.strictObject({
    kind: v.literal('sleep'),
    ...when,
    length: described(positive, 'The machine below sleeps for so long: a laptop with its lid closed.'),
  }),
  migrate: v.strictObject({
    kind: v.literal('migrate'),
    ...when,
    downtime: described(positive, 'The guest is moved while it runs, and stands still for so long.'),
    ...host,
  }),
  revert: v.strictObject({
    kind: v.literal('revert'),
    snapshot: described(span, 'When a snapshot with memory was made, from the start of the story.'),
    at: described(span, 'When it is loaded; what the guest lived through in between is undone.'),
  }),
  'host-step': v.strictObject({
    kind: v.literal('host-step'),
    ...when,
    by: described(offset, "Somebody sets the host's clock forward by so much; with a minus back."),
  }),
  load: v.strictObject({
    kind: v.literal('load'),
    ...when,
    until: described(v.optional(span), 'Then the host has time again; never when absent.'),
    steal: described(part, 'The part of the time that the host takes away from the guest.'),
    slice: described(v.optional(positive, 0.03), 'For how long at a time, on average.'),
    lostticks: described(
      v.optional(part),
      'The part of timer interrupts that is lost meanwhile, where the guest counts them.',
    ),
  }),
  step: v.strictObject({
    kind: v.literal('step'),
    ...when,
    by: described(offset, 'Somebody sets the clock forward by so much; with a minus back.'),
  }),
  network: v.strictObject({
    kind: v.literal('network'),
    ...when,
    until: described(
      v.optional(span),
      'Then it is over, and the path is as all else says of it; for good when absent.',
    ),
    server: described(v.optional(address), 'The path to this server changes; to all of them when absent.'),
    ...path,
  }),
  lie: v.strictObject({
    kind: v.literal('lie'),
    ...when,
    until: described(v.optional(span), 'Then it is over; for good when absent.'),
    server: described(address, 'Which server is wrong from then on.'),
    offset: described(offset, 'By how much its clock is ahead of true time.'),
  }),
  server: v.strictObject({
    kind: v.literal('server'),
    ...when,
    until: described(
      v.optional(span),
      'Then what is said here is over, and all else stays; for good when absent.',
    ),
    server: described(address, 'What becomes of this server. What is not said stays.'),
    silent: described(v.optional(flag), 'It answers nothing; `false`: it answers again.'),
    unsynchronised: described(
      v.optional(flag),
      'It says that it has no time to give; `false`: it has time again.',
    ),
    stratum: described(v.optional(whole(1, 16)), 'The stratum that it claims.'),
    rootdelay: described(v.optional(span), 'The root delay that it claims.'),
    rootdispersion: described(v.optional(span), 'The root dispersion that it claims.'),
    drift: described(v.optional(clockRate, 0), 'Its clock gains so much more than before, in ppm.'),
  }),
  'leap-second': v.strictObject({
    kind: v.literal('leap-second'),
    at: described(
      span,
      'When: the end of a month, so the story begins so long before one. Servers announce it on the day before.',
    ),
    leap: described(v.optional(oneOf(['insert', 'delete']), 'insert'), 'A second more, or one less.'),
  }),
}

export const EVENT_KINDS = Object.keys(EVENTS) as (keyof typeof EVENTS)[]

const event = v.variant(
  'kind',
  [
    EVENTS.pause,
    EVENTS.suspend,
    EVENTS.sleep,
    EVENTS.migrate,
    EVENTS.revert,
    EVENTS['host-step'],
    EVENTS.load,
    EVENTS.step,
    EVENTS.network,
    EVENTS.lie,
    EVENTS.server,
    EVENTS['leap-second'],
  ],
  `must be one of ${quoted(EVENT_KINDS)}`,
)

const player = v.strictObject({
  name: described(v.optional(line(60)), 'What it is called in tables and pictures.'),
  use: described(
    v.optional(oneOf(namesOf(KNOWN_PLAYERS))),
    'A known player; it asks all servers of the story.',
  ),
  daemon: described(
    v.optional(v.pipe(line(40), v.check(isDaemon, `must be ${KNOWN_DAEMONS}`))),
    'A daemon with its version, for a configuration of your own.',
  ),
  options: described(v.optional(words(200)), 'Its command line, like "-g -x"; of ntpd.'),
  config: described(v.optional(text(100_000)), 'The text of its configuration.'),
  file: described(v.optional(line(1000)), 'Or the file that has it, beside the scenario.'),
  offset: described(
    v.optional(offset),
    'By how much the clock is ahead at the start for this player alone, where a report began each of its runs at another offset.',
  ),
  reported: described(
    v.optional(line(300)),
    'What somebody has reported of it in reality, printed below its figures.',
  ),
})

const judged = v.strictObject({
  after: described(
    v.optional(span),
    'From when recovery is counted. Default: when the guest runs again after its first pause, or the first step, or the start.',
  ),
  from: described(v.optional(span), 'RMS and largest offset are taken from here. Default: the start.'),
  to: described(v.optional(span), 'And to here. Default: the end.'),
  clock: described(
    v.optional(oneOf(['system', 'date']), 'system'),
    'Whose reading is judged, where there are several `[[cpu]]`: the clock of the system, or what `date` shows, which runs on any of them.',
  ),
})

const MOST_SERVERS = 64
const MOST_EVENTS = 1000
const MOST_CPUS = 1024

export const scenarioSchema = v.strictObject({
  title: described(line(100), 'What it is called.'),
  about: described(paragraph, 'What happens, and why that is worth a look; a sentence or two.'),
  duration: described(positive, 'How long it lasts.'),
  phase: described(
    v.optional(span, 0),
    'Events come later by a part of this, another one with each seed, so that they meet the polls of a daemon at any phase. Times in `[judged]` go with them.',
  ),
  guest: v.optional(guest, {}),
  cpu: v.optional(
    v.pipe(
      v.array(cpu, 'must be written as [[cpu]]'),
      v.minLength(1, 'must appear once at least'),
      v.maxLength(MOST_CPUS, `may appear ${MOST_CPUS} times at most`),
    ),
  ),
  hypervisor: v.optional(hypervisor),
  server: v.pipe(
    v.array(server, 'must be written as [[server]]'),
    v.minLength(1, 'must appear once at least'),
    v.maxLength(MOST_SERVERS, `may appear ${MOST_SERVERS} times at most`),
  ),
  event: v.optional(
    v.pipe(
      v.array(event, 'must be written as [[event]]'),
      v.maxLength(MOST_EVENTS, `may appear ${MOST_EVENTS} times at most`),
    ),
    [],
  ),
  player: v.optional(
    v.pipe(v.array(player, 'must be written as [[player]]'), v.maxLength(20, 'may appear 20 times at most')),
    [],
  ),
  judged: v.optional(judged, {}),
})

/** A story of which nothing is said that need not be said: what stands at its default. */
export const usualStory = (): Scenario =>
  v.parse(scenarioSchema, { title: '-', about: '-', duration: 1, server: [{ address: '192.0.2.1' }] })

/** What an event of this kind is where nothing is said. */
export const usualEvent = (kind: ScenarioEvent['kind']): object => v.getDefaults(EVENTS[kind])

/** The tables of each kind of event, for the reference page. */
export const eventSchemas: Readonly<Record<string, v.GenericSchema>> = EVENTS

/** A scenario as it was read: durations are seconds, defaults are filled in. */
export type Scenario = v.InferOutput<typeof scenarioSchema>
export type ScenarioEvent = Scenario['event'][number]
export type ScenarioServer = Scenario['server'][number]
export type ScenarioPlayer = Scenario['player'][number]
