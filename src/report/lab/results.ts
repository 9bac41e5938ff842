/** What a story came to for each player, as tables and as data for programs. */
import { duration } from '#core/time/format.ts'
import type { Curve } from '#lab/curve.ts'
import { nameOfPlayer } from '#lab/scenario/player-name.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import type { Spread, Summary } from '#lab/summary.ts'
import { FAMILIES, type Family } from '#worlds/simulated/hypervisor/family.ts'
import type { Emphasis, Style } from '../style.ts'
import { type Column, table, wrapped } from '../table.ts'
import { plural } from '../words/say.ts'
import { oscillatorText } from './oscillator-words.ts'
import {
  arrivalText,
  awayText,
  briefArrival,
  countText,
  eventsText,
  exitText,
  frequencyText,
  hostText,
  spreadText,
} from './words.ts'

/** What all runs of one player came to. */
export interface Result {
  readonly name: string
  readonly summary: Summary
  /** The course of its first run. */
  readonly curve: Curve | undefined
}

interface Measure {
  readonly title: string
  readonly text: (summary: Summary) => string
  /** Without the spread over seeds, where that is shorter. */
  readonly brief?: (summary: Summary) => string
  /** Smaller is better; infinite is worst. Absent where nothing can be said of better and worse. */
  readonly rank?: (summary: Summary) => number
}

const spreadMeasure = (
  title: string,
  of: (summary: Summary) => Spread,
  text: (value: number) => string,
  comparable = true,
): Measure => ({
  title,
  text: summary => spreadText(of(summary), text),
  brief: summary => text(of(summary).median),
  ...(comparable ? { rank: summary => of(summary).median } : {}),
})

export const MEASURES: readonly Measure[] = [
  { title: 'to < 10 ms', text: s => arrivalText(s.timeTo10ms, s.runs), rank: s => s.timeTo10ms.median },
  {
    title: 'to < 1 ms',
    text: s => arrivalText(s.timeTo1ms, s.runs),
    brief: s => briefArrival(s.timeTo1ms, s.runs),
    rank: s => s.timeTo1ms.median,
  },
  spreadMeasure('worst', s => s.worst, duration),
  spreadMeasure('overshoot', s => s.overshoot, duration),
  spreadMeasure('RMS', s => s.rms, duration),
  spreadMeasure('largest', s => s.max, duration),
  spreadMeasure('steps', s => s.steps, countText, false),
  spreadMeasure('backward', s => s.backwardSteps, countText),
  spreadMeasure('packets', s => s.packets, countText, false),
  { title: 'exits', text: exitText, rank: s => s.exits },
]

/** What was reported of players in reality, a line for each. */
export function reportedText(scenario: Scenario, style: Style, columns: number): string {
  const lines = scenario.player.flatMap(player =>
    player.reported === undefined
      ? []
      : wrapped(`${nameOfPlayer(player)} in reality: ${player.reported}`, columns, ''),
  )
  return lines.map(line => `${style('cyan', line)}\n`).join('')
}

/** Title and conditions: what was played, and what was assumed. */
export function storyText(scenario: Scenario, seeds: number, style: Style, columns: number): string {
  const { server, event, duration: length, phase } = scenario
  const machine = machineText(scenario)
  const clock = beginningText(scenario)
  const played = `${duration(length)} with ${plural(server.length, 'server')}; ${wrongServersText(server)}${event.length === 0 ? 'nothing is done to the guest' : eventsText(event)}${phase > 0 && event.length > 0 ? `, up to ${duration(phase)} later` : ''}. ${machine}${clock} ${plural(seeds, 'seed')}.`
  const about = scenario.about.replace(/\s+/g, ' ').trim()
  return [
    style('bold', scenario.title),
    ...wrapped(about, columns, ''),
    ...wrapped(played, columns, '').map(line => style('dim', line)),
  ]
    .map(line => `${line}\n`)
    .join('')
}

/** Whose time is wrong from the start. */
const wrongServersText = (servers: Scenario['server']): string =>
  servers
    .map(server => hostText(server, `${server.address} is `))
    .filter(text => text !== '')
    .map(text => `${text}; `)
    .join('')

/** How the clock is at first, and what it does by itself. */
function beginningText({ guest, hypervisor, player }: Scenario): string {
  const family: Family | undefined = hypervisor && FAMILIES[hypervisor.family]
  if (family?.dependentWall) return "The clock is the host's, whatever the guest does to it."
  const apart = player.some(({ offset }) => offset !== undefined)
  const begins = apart ? 'where each player says' : guest.offset === 0 ? 'right' : awayText(guest.offset)
  const known = guest.driftfile ? ' (known from a drift file)' : ''
  return `The clock begins ${begins}, and gains ${frequencyText(guest.frequencyerror)} by itself${known}.${oscillatorText(guest)}`
}

/** What the guest lives on, where that is said. */
function machineText({ hypervisor, cpu }: Scenario): string {
  const tools = hypervisor?.tools === undefined ? '' : ` with ${hypervisor.tools}`
  return [
    ...(hypervisor
      ? [`On ${hypervisor.family}${tools}${hostText(hypervisor, "; the host's clock is ")}. `]
      : []),
    ...(cpu ? [`${plural(cpu.length, 'processor')} with clocks of their own. `] : []),
  ].join('')
}

/** A row for each player. */
export function playersTable(results: readonly Result[], style: Style): string {
  const columns: Column<Result>[] = [
    { title: 'who', text: ({ name }) => name },
    ...MEASURES.map(measure => ({
      title: measure.title,
      align: 'right' as const,
      text: ({ summary }: Result) => (measure.brief ?? measure.text)(summary),
      emphasis: ({ summary }: Result) => judged(summary, measure),
    })),
  ]
  return table(results, columns, style)
}

/** A column for each player: side by side, the best of each row marked. */
export function comparison(results: readonly Result[], style: Style): string {
  const columns: Column<Measure>[] = [
    { title: '', text: ({ title }) => title },
    ...results.map(({ name, summary }) => ({
      title: name,
      align: 'right' as const,
      text: ({ text }: Measure) => text(summary),
      emphasis: (measure: Measure) =>
        isBest(measure, summary, results) ? ('green' as const) : judged(summary, measure),
    })),
  ]
  return table(MEASURES, columns, style)
}

export function judged(summary: Summary, { title }: Measure): Emphasis | undefined {
  if (title === 'exits' && summary.exits > 0) return 'red'
  const arrival =
    title === 'to < 10 ms' ? summary.timeTo10ms : title === 'to < 1 ms' ? summary.timeTo1ms : undefined
  return arrival && arrival.never > 0 ? 'red' : undefined
}

/** Who never comes back is best in nothing: a clock that is left alone takes no wrong step. */
export function isBest({ rank, text }: Measure, summary: Summary, results: readonly Result[]): boolean {
  // What reads the same is equally good.
  if (!rank || results.every(each => text(each.summary) === text(summary))) return false
  const rankOf = (each: Summary) => (comesBack(each) ? rank(each) : Number.POSITIVE_INFINITY)
  const best = Math.min(...results.map(each => rankOf(each.summary)))
  if (best === Number.POSITIVE_INFINITY || rankOf(summary) === Number.POSITIVE_INFINITY) return false
  return results.some(each => rankOf(each.summary) === best && text(each.summary) === text(summary))
}

const comesBack = ({ timeTo10ms, runs }: Summary): boolean => timeTo10ms.never < runs
