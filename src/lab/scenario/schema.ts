/**
 * The format of scenarios, once: what may stand in such a file, in which range, what it means. The reader, its error messages
 * and the reference page (docs/reference/scenarios.md) all follow from this.
 *
 * A scenario is a story: a guest with a clock, servers behind links, and what happens to them, in the order of time. Who keeps
 * the clock meanwhile is not part of the story, but it says whom to play when nobody asks for others.
 */
import * as v from 'valibot'
import { parseDuration, parseSigned } from '#core/time/parse-duration.ts'
import { KNOWN_PLAYERS } from '../players/known.ts'

const described = <S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description))

const number = (least: number, most: number) =>
  v.pipe(
    v.number('must be a number'),
    v.check(n => n >= least && n <= most, `must be from ${least} to ${most}`),
  )

const whole = (least: number, most: number) =>
  v.pipe(
    number(least, most),
    v.check(n => Number.isInteger(n), `must be a whole number from ${least} to ${most}`),
  )

const MOST_SECONDS = 366 * 86_400
const SPAN = 'must be a duration: seconds, or a text like "4.3s", "500ms", "24h"'

/** Zero is one. */
const span = v.pipe(
  v.union([v.number(), v.string()], SPAN),
  v.transform(value => (typeof value === 'number' ? value : (parseDuration(value) ?? Number.NaN))),
  v.check(s => Number.isFinite(s) && s >= 0 && s <= MOST_SECONDS, `${SPAN}; a year at most`),
)
const positive = v.pipe(
  span,
  v.check(s => !(s <= 0), 'must be above zero'),
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
const line = (most: number) =>
  v.pipe(
    text(most),
    v.check(value => !/\p{C}/u.test(value), 'must be one line without control characters'),
  )

/** Line ends are no control characters here: the text is broken anew when it is shown. */
const paragraph = v.pipe(
  text(1000),
  v.check(value => !/\p{C}/u.test(value.replace(/\r?\n/g, ' ')), 'must not hold control characters'),
)

const ppm = (most: number) => number(-most, most)
const size = (most: number) => number(0, most)
const flag = v.boolean('must be true or false')

const address = v.pipe(
  v.string('must be a text in quotes'),
  v.check(value => /^\d{1,3}(\.\d{1,3}){3}$/.test(value), 'must be an IPv4 address, like "192.0.2.1"'),
)

const guest = v.strictObject({
  offset: described(
    v.optional(offset, 0),
    'By how much its clock is ahead at the start; with a minus behind.',
  ),
  frequencyerror: described(
    v.optional(ppm(1e6), 20),
    'What the oscillator gains by itself, in ppm; with a minus it loses.',
  ),
  wander: described(
    v.optional(size(1000), 0.001),
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
  driftfile: described(
    v.optional(flag, false),
    'Whoever keeps the clock knows its frequency error from an earlier life.',
  ),
  stamping: described(v.optional(span, 0), 'How far the time stamps of packets may be wrong.'),
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
  loss: described(v.optional(number(0, 1)), 'The part of packets that get lost, each way: 1 is all of them.'),
}

const server = v.strictObject({
  address: described(address, 'Its address. A configuration that is played names it so.'),
  ...path,
  offset: described(v.optional(offset, 0), 'By how much its own clock is ahead of true time.'),
  drift: described(v.optional(ppm(1e6), 0), 'What its own clock gains, in ppm.'),
  stratum: described(v.optional(whole(1, 16), 1), 'The stratum that it claims.'),
  rootdelay: described(v.optional(span, 0), 'The root delay that it claims.'),
  rootdispersion: described(v.optional(span, 0), 'The root dispersion that it claims.'),
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
    length: described(positive, 'The hypervisor stops the guest for so long: all of its clocks stand still.'),
    noticed: described(
      v.optional(span),
      'So long after the resume a sign of the hypervisor (VMClock, a virtual RTC) tells the guest; nothing does when absent.',
    ),
    uncertainty: described(v.optional(span, 0.01), 'How far that sign may be wrong.'),
    frequencychange: described(
      v.optional(ppm(1e5), 0),
      'The oscillator gains so much more afterwards, in ppm: another host.',
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
    until: described(v.optional(span), 'Then everything is as it was at the start; for good when absent.'),
    server: described(v.optional(address), 'The path to this server changes; to all of them when absent.'),
    ...path,
  }),
  lie: v.strictObject({
    kind: v.literal('lie'),
    ...when,
    until: described(v.optional(span), 'Then it is right again; never when absent.'),
    server: described(address, 'Which server is wrong from then on.'),
    offset: described(offset, 'By how much its clock is ahead of true time.'),
  }),
  'leap-second': v.strictObject({
    kind: v.literal('leap-second'),
    at: described(
      span,
      'When: the end of a month, so the story begins so long before one. Servers announce it from the start.',
    ),
    leap: described(
      v.optional(v.picklist(['insert', 'delete'], 'must be "insert" or "delete"'), 'insert'),
      'A second more, or one less.',
    ),
  }),
}

export const EVENT_KINDS = Object.keys(EVENTS) as (keyof typeof EVENTS)[]

const event = v.variant(
  'kind',
  [EVENTS.pause, EVENTS.step, EVENTS.network, EVENTS.lie, EVENTS['leap-second']],
  `must be one of ${EVENT_KINDS.map(kind => `"${kind}"`).join(', ')}`,
)

const player = v.strictObject({
  name: described(v.optional(line(60)), 'What it is called in tables and pictures.'),
  use: described(
    v.optional(
      v.picklist(
        Object.keys(KNOWN_PLAYERS),
        `must be one of ${Object.keys(KNOWN_PLAYERS)
          .map(name => `"${name}"`)
          .join(', ')}`,
      ),
    ),
    'A known player; it asks all servers of the story.',
  ),
  daemon: described(
    v.optional(
      v.pipe(
        line(40),
        v.check(
          isDaemon,
          'must be "chrony" or an ntpd with its version, like "ntpd-4.2.6p5", "ntpd-4.2.8p15", "ntpsec-1.2.2"',
        ),
      ),
    ),
    'A daemon with its version, for a configuration of your own.',
  ),
  options: described(v.optional(line(200)), 'Its command line, like "-g -x"; of ntpd.'),
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

export function isDaemon(name: string): boolean {
  return /^chrony(d)?(-[\d.]+)?$|^(ntpd|ntpsec)-\d+\.\d+(\.\d+)?(p\d+)?$/.test(name)
}

const judged = v.strictObject({
  after: described(
    v.optional(span),
    'From when recovery is counted. Default: when the guest runs again after its first pause, or the first step, or the start.',
  ),
  from: described(v.optional(span), 'RMS and largest offset are taken from here. Default: the start.'),
  to: described(v.optional(span), 'And to here. Default: the end.'),
})

const MOST_SERVERS = 64
const MOST_EVENTS = 1000

export const scenarioSchema = v.strictObject({
  title: described(line(100), 'What it is called.'),
  about: described(paragraph, 'What happens, and why that is worth a look; a sentence or two.'),
  duration: described(positive, 'How long it lasts.'),
  phase: described(
    v.optional(span, 0),
    'Events come later by a part of this, another one with each seed, so that they meet the polls of a daemon at any phase. Times in `[judged]` go with them.',
  ),
  guest: v.optional(guest, {}),
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

/** The tables of each kind of event, for the reference page. */
export const eventSchemas: Readonly<Record<string, v.GenericSchema>> = EVENTS

/** A scenario as it was read: durations are seconds, defaults are filled in. */
export type Scenario = v.InferOutput<typeof scenarioSchema>
export type ScenarioEvent = Scenario['event'][number]
export type ScenarioServer = Scenario['server'][number]
export type ScenarioPlayer = Scenario['player'][number]
