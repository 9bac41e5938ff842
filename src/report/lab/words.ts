/** Figures of the lab in words: times until something, spreads over seeds, what happened. */
import { duration, rate, signed } from '#core/time/format.ts'
import { PPM } from '#core/time/units.ts'
import type { ScenarioEvent } from '#lab/scenario/schema.ts'
import type { Mark } from '#lab/scenario/world.ts'
import type { Arrival, Spread, Summary } from '#lab/summary.ts'
import { plural } from '../words/say.ts'

/** `726 s`, `never`; with several runs also what lies between the best tenth and the worst. */
export function arrivalText(arrival: Arrival, runs: number): string {
  const { median, never } = arrival
  if (never === runs) return 'never'
  const missing = never === 0 ? '' : `, ${never} never`
  if (median === Number.POSITIVE_INFINITY) return `never in ${never} of ${runs}`
  return `${timeText(median)}${range(arrival, timeText)}${missing}`
}

/** Recovery is told in whole seconds up to two hours: that is how people compare it. */
export function timeText(seconds: number): string {
  if (seconds === Number.POSITIVE_INFINITY) return 'never'
  if (seconds >= 7200) return duration(seconds)
  return seconds >= 10 ? `${Math.round(seconds)} s` : duration(seconds)
}

export const spreadText = (spread: Spread, text: (value: number) => string): string =>
  `${text(spread.median)}${range(spread, text)}`

/** Left out where it would only say the same again. */
function range({ median, p10, p90 }: Spread, text: (value: number) => string): string {
  const [low, middle, high] = [p10, median, p90].map(text)
  return low === middle && high === middle ? '' : ` (${low}–${high})`
}

/** Without what lies between: for tables that have a row for each player. */
export const briefArrival = (arrival: Arrival, runs: number): string =>
  arrivalText({ ...arrival, p10: arrival.median, p90: arrival.median }, runs)

export const countText = (count: number): string => String(Math.round(count))

export const exitText = ({ exits, runs }: Summary): string =>
  exits === 0 ? 'no' : exits === runs ? 'yes' : `${exits} of ${runs}`

/** What an event is, in a few words: `pause of 30 s`. */
export function eventText(event: ScenarioEvent): string {
  switch (event.kind) {
    case 'pause':
      return `pause of ${duration(event.length)}${countingText(event.frequencychange, 'after which')}`
    case 'suspend':
      return `${duration(event.length)} suspended to disk`
    case 'sleep':
      return `sleep of ${duration(event.length)}`
    case 'migrate':
      return `migration with ${duration(event.downtime)} of downtime${hostText(event, ', to a host whose clock is ')}${countingText(event.counter, 'where')}`
    case 'revert':
      return `return to a snapshot that is ${duration(event.at - event.snapshot)} old`
    case 'host-step':
      return `the host's clock is stepped by ${signed(event.by)}`
    case 'load':
      return `the host takes ${Math.round(event.steal * 100)} % of the time`
    case 'step':
      return `somebody steps the clock by ${signed(event.by)}`
    case 'network':
      if (event.server !== undefined)
        return `the way to ${event.server} ${event.loss === 1 ? 'is lost' : 'changes'}`
      return event.loss === 1 ? 'network lost' : 'network changes'
    case 'lie':
      return `${event.server} is off by ${signed(event.offset)}`
    case 'server':
      return `${event.server} ${serverText(event)}`
    case 'leap-second':
      return `leap second (${event.leap})`
  }
}

function serverText({ silent, unsynchronised, drift }: Extract<ScenarioEvent, { kind: 'server' }>): string {
  if (silent) return 'falls silent'
  if (unsynchronised) return 'loses its sources'
  if (drift !== 0) return `gains ${frequencyText(drift)} more`
  if (silent === false) return 'answers again'
  return unsynchronised === false ? 'has its sources again' : 'changes'
}

/** How much faster a guest counts, behind a few words; nothing where it counts as before. */
const countingText = (ppm: number, before: string): string =>
  ppm === 0 ? '' : `, ${before} the guest's counter gains ${frequencyText(ppm)} more`

/** How the clock of a host is off, behind a few words; nothing of one that is right. */
export function hostText(
  { offset, drift }: { readonly offset: number; readonly drift: number },
  before: string,
): string {
  const off = [
    ...(offset === 0 ? [] : [awayText(offset)]),
    ...(drift === 0 ? [] : [`${offset === 0 ? 'right at first ' : ''}and gains ${frequencyText(drift)}`]),
  ]
  return off.length === 0 ? '' : `${before}${off.join(' ')}`
}

/** `5.00 s ahead`. */
export const awayText = (offset: number): string =>
  `${duration(Math.abs(offset))} ${offset < 0 ? 'behind' : 'ahead'}`

/** All events of a story in one line: when, what, how often. */
export const eventsText = (events: readonly ScenarioEvent[]): string =>
  events
    .map(event => {
      const often =
        'every' in event && event.every !== undefined
          ? `, every ${duration(event.every)}${event.times === undefined ? '' : `, ${plural(event.times, 'time')}`}`
          : ''
      const until = 'until' in event && event.until !== undefined ? ` until ${clockText(event.until)}` : ''
      return `${eventText(event)} at ${clockText(event.at)}${until}${often}`
    })
    .join('; ')

const KINDS: Readonly<Record<ScenarioEvent['kind'], string>> = {
  pause: 'pause',
  suspend: 'suspended to disk',
  sleep: 'sleep',
  migrate: 'migration',
  revert: 'return to a snapshot',
  'host-step': "step of the host's clock",
  load: 'load of the host',
  step: 'step by somebody',
  network: 'network changes',
  lie: 'a server is wrong',
  server: 'a server changes',
  'leap-second': 'leap second',
}
export const markText = ({ kind }: Mark): string => KINDS[kind]

/** When in a story: `4.0 h`. */
export const clockText = (at: number): string => (at === 0 ? 'the start' : duration(at))

export const frequencyText = (ppm: number): string => rate(ppm * PPM)
