/** The status of a clock as text: the sentence, the sources, what this machine is. For a terminal, or for a mail. */
import { agrees } from '#core/agent/reason.ts'
import { decimal, duration, parseDecimal, rate, rfc3339, signed } from '#core/time/format.ts'
import { type Instant, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { ReadingBody, SourceBody, StatusBody } from './bodies.ts'
import { stateColour } from './state-colour.ts'
import { type Emphasis, plain, type Style } from './style.ts'
import { type Column, printable, table, width, wrapped } from './table.ts'
import { verdict } from './words/verdict.ts'

const TONE: Record<ReturnType<typeof verdict>['tone'], Emphasis> = {
  good: 'green',
  care: 'yellow',
  unknown: 'red',
}

export function statusText(status: StatusBody, style: Style): string {
  const parts = [
    verdictText(status, style),
    sourcesText(status, style),
    clockText(status, style),
    machineText(status, style),
  ]
  return `${parts.filter(part => part !== '').join('\n')}`
}

/** `columns`: where the details are broken into lines; a sentence of any length without it. */
export function verdictText(status: StatusBody, style: Style, columns = Infinity): string {
  const { tone, state, sentence, details } = verdict(status, ageOf(status.clock.measuredAt, status.clock.now))
  const said = sentence.map((part, i) => (i % 2 === 1 ? style('bold', part) : part)).join('')
  return [
    `${style(TONE[tone], `● ${state}`)}  ${said}`,
    ...details.flatMap(detail => wrapped(detail, columns, '  ')).map(line => style('dim', line)),
  ]
    .map(line => `${line}\n`)
    .join('')
}

/**
 * A row for each source, with the reason at its end. Where there is no room for that, the sources that are not used
 * have it in lines of its own, broken at `columns`.
 */
export function sourcesText({ clock }: StatusBody, style: Style, columns = Infinity): string {
  const { now, sources } = clock
  if (sources.length === 0) return ''
  const whole = [...numberColumns(now), REASON]
  const widest = Math.max(...table(sources, whole, plain).split('\n').map(width))
  if (widest <= columns) return table(sources, whole, style)
  const [head, ...rows] = table(sources, numberColumns(now), style).trimEnd().split('\n')
  const below = ({ state, reasonText }: SourceBody): string[] =>
    agrees(state)
      ? []
      : wrapped(printable(reasonText), columns, '    ').map(line => style(stateColour(state), line))
  return [head, ...rows.flatMap((row, i) => [row, ...below(sources[i]!)])].map(line => `${line}\n`).join('')
}

const REASON: Column<SourceBody> = {
  title: '',
  text: ({ reasonText }) => reasonText,
  emphasis: ({ state }) => stateColour(state),
}

const numberColumns = (now: ReadingBody): readonly Column<SourceBody>[] => [
  { title: 'source', text: ({ name, address }) => (name.includes(address) ? name : `${name} (${address})`) },
  { title: 'stratum', align: 'right', text: ({ stratum }) => stratum?.toString() ?? '–' },
  { title: 'reach', text: ({ reach }) => dots(reach) },
  { title: 'poll', align: 'right', text: ({ poll }) => duration(2 ** poll) },
  { title: 'age', align: 'right', text: ({ measuredAt }) => duration(ageOf(measuredAt, now)) },
  { title: 'offset', align: 'right', text: ({ offset }) => signed(offset ?? undefined) },
  { title: '± at most', align: 'right', text: ({ rootDistance }) => duration(rootDistance ?? undefined) },
  { title: 'delay', align: 'right', text: ({ delay }) => duration(delay ?? undefined) },
]

/** The last eight requests, oldest first: answered or not. */
export const dots = (reach: number): string =>
  Array.from({ length: 8 }, (_, i) => ((reach >> (7 - i)) & 1 ? '●' : '○')).join('')

function clockText({ clock, kernelClock }: StatusBody, style: Style): string {
  const rows: [string, string][] = []
  if (clock.frequencyError !== null) {
    const bound = clock.frequencyErrorBound === null ? '' : ` ± ${rate(clock.frequencyErrorBound).slice(1)}`
    rows.push(['oscillator', `${rate(clock.frequencyError)}${bound} (what it does alone, positive gains)`])
  }
  if (kernelClock) {
    const synchronised = kernelClock.synchronised ? 'synchronised' : 'not synchronised'
    rows.push([
      'kernel',
      `says ${synchronised}, corrects by ${rate(kernelClock.frequency ?? undefined)}, claims ± ${duration(kernelClock.maxError ?? undefined)}`,
    ])
  }
  return block(rows, style)
}

function machineText({ machine, mode, sourcesFrom, losses, server }: StatusBody, style: Style): string {
  const hypervisor = machine.hypervisor
    ? `${machine.hypervisor.name} (${machine.hypervisor.evidence})`
    : 'none seen'
  const keepers = machine.timekeepers
    .filter(({ disciplines }) => disciplines)
    .map(({ name, pid }) => `${name} (${pid})`)
  if (mode === 'disciplining') keepers.unshift('clockwright')
  const rows: [string, string][] = [
    ['machine', `${machine.hostname}, ${machine.kernel}, ${machine.cpus} CPUs`],
    ['hypervisor', hypervisor],
    [
      'clocksource',
      `${machine.clocksource ?? '–'}${machine.clocksources.length > 1 ? ` (of ${machine.clocksources.join(', ')})` : ''}`,
    ],
    ['disciplined by', keepers.join(', ') || 'nobody that could be found'],
    ['sources', sourcesFrom],
    ...serverRows(server),
    ...losses.map(({ text }): [string, string] => ['without', text]),
  ]
  return block(rows, style)
}

function serverRows(server: StatusBody['server']): [string, string][] {
  if (!server) return []
  const said =
    server.rootDelay === null || server.rootDispersion === null
      ? 'that the time is not known'
      : `stratum ${server.stratum}, right to within ${duration(server.rootDelay / 2 + server.rootDispersion)}`
  const replies = `${server.replies} replies to ${server.requests} requests`
  return [['serves', `${server.at.join(', ')}: says ${said}; ${replies}`]]
}

function block(rows: readonly (readonly [string, string])[], style: Style): string {
  const width = Math.max(14, ...rows.map(([title]) => title.length))
  return rows.map(([title, text]) => `${style('dim', title.padEnd(width))}  ${printable(text)}\n`).join('')
}

export function ageOf(at: ReadingBody | null, now: ReadingBody): Seconds | undefined {
  const then = at === null ? undefined : parseDecimal(at.monotonic)
  const here = parseDecimal(now.monotonic)
  return then === undefined || here === undefined ? undefined : since(here as Instant, then as Instant)
}

/** `2026-11-21T12:00:00Z` of a reading's wall clock. */
export function wallText(at: ReadingBody): string {
  const wall = parseDecimal(at.wall)
  return wall === undefined ? decimal(0n) : rfc3339(wall as Instant, 0)
}
