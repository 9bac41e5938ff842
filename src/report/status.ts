/** The status of a clock as text: the sentence, the sources, what this machine is. For a terminal, or for a mail. */
import { decimal, duration, parseDecimal, rate, rfc3339, signed } from '#core/time/format.ts'
import { type Instant, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { ReadingBody, SourceBody, StatusBody } from './bodies.ts'
import { stateColour } from './state-colour.ts'
import type { Emphasis, Style } from './style.ts'
import { type Column, printable, table } from './table.ts'
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

export function verdictText(status: StatusBody, style: Style): string {
  const { tone, state, sentence, details } = verdict(status, ageOf(status.clock.measuredAt, status.clock.now))
  const said = sentence.map((part, i) => (i % 2 === 1 ? style('bold', part) : part)).join('')
  return [
    `${style(TONE[tone], `● ${state}`)}  ${said}`,
    ...details.map(detail => style('dim', `  ${detail}`)),
  ]
    .map(line => `${line}\n`)
    .join('')
}

export function sourcesText({ clock }: StatusBody, style: Style): string {
  return clock.sources.length === 0 ? '' : table(clock.sources, sourceColumns(clock.now), style)
}

const sourceColumns = (now: ReadingBody): readonly Column<SourceBody>[] => [
  { title: 'source', text: ({ name, address }) => (name.includes(address) ? name : `${name} (${address})`) },
  { title: 'stratum', align: 'right', text: ({ stratum }) => stratum?.toString() ?? '–' },
  { title: 'reach', text: ({ reach }) => dots(reach) },
  { title: 'poll', align: 'right', text: ({ poll }) => duration(2 ** poll) },
  { title: 'age', align: 'right', text: ({ measuredAt }) => duration(ageOf(measuredAt, now)) },
  { title: 'offset', align: 'right', text: ({ offset }) => signed(offset ?? undefined) },
  { title: '± at most', align: 'right', text: ({ rootDistance }) => duration(rootDistance ?? undefined) },
  { title: 'delay', align: 'right', text: ({ delay }) => duration(delay ?? undefined) },
  { title: '', text: ({ reasonText }) => reasonText, emphasis: ({ state }) => stateColour(state) },
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

function machineText({ machine, sourcesFrom, losses }: StatusBody, style: Style): string {
  const hypervisor = machine.hypervisor
    ? `${machine.hypervisor.name} (${machine.hypervisor.evidence})`
    : 'none seen'
  const keepers = machine.timekeepers
    .filter(({ disciplines }) => disciplines)
    .map(({ name, pid }) => `${name} (${pid})`)
  const rows: [string, string][] = [
    ['machine', `${machine.hostname}, ${machine.kernel}, ${machine.cpus} CPUs`],
    ['hypervisor', hypervisor],
    [
      'clocksource',
      `${machine.clocksource ?? '–'}${machine.clocksources.length > 1 ? ` (of ${machine.clocksources.join(', ')})` : ''}`,
    ],
    ['disciplined by', keepers.length > 0 ? keepers.join(', ') : 'nobody that could be found'],
    ['sources', sourcesFrom],
    ...losses.map(({ text }): [string, string] => ['without', text]),
  ]
  return block(rows, style)
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
