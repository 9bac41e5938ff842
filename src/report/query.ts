/** What `clockwright query` says: a row for each server, and the sentences that follow from all of them. */
import type { SourceStatus, Status } from '#core/agent/status.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Leap } from '#core/time/leap.ts'
import { stateColour } from './state-colour.ts'
import type { Style } from './style.ts'
import { type Column, table } from './table.ts'
import { isRefusedByNetwork, reasonText } from './words/reason.ts'
import { plural } from './words/say.ts'

export function queryText(status: Status, style: Style): string {
  const { sources } = status
  const announced = LEAPS.filter(({ leap }) => sources.some(source => source.leap === leap))
  const columns = announced.length > 0 ? [...NUMBERS, LEAP, REASON] : [...NUMBERS, REASON]
  const lines = [
    sentence(status, style),
    ...announced.map(each => style('yellow', announcement(each, sources))),
  ]
  return `${table(sources, columns, style)}\n${lines.join('\n')}\n`
}

const NUMBERS: readonly Column<SourceStatus>[] = [
  { title: 'server', text: ({ name, address }) => (name.includes(address) ? name : `${name} (${address})`) },
  { title: 'stratum', align: 'right', text: ({ stratum }) => stratum?.toString() ?? '–' },
  { title: 'refid', text: ({ refid }) => refid ?? '–' },
  { title: 'offset', align: 'right', text: ({ offset }) => signed(offset) },
  { title: '± at most', align: 'right', text: ({ rootDistance }) => duration(rootDistance) },
  { title: 'delay', align: 'right', text: ({ delay }) => duration(delay) },
  { title: 'jitter', align: 'right', text: ({ jitter }) => duration(jitter) },
]
const REASON: Column<SourceStatus> = {
  title: '',
  text: reasonText,
  emphasis: ({ state }) => stateColour(state),
}

/** Seldom: so the column is there only when somebody announces something. */
const LEAP: Column<SourceStatus> = {
  title: 'leap',
  text: ({ leap }) => leap ?? '–',
  emphasis: ({ leap }) => (LEAPS.some(each => each.leap === leap) ? 'yellow' : undefined),
}

interface LeapWords {
  readonly leap: Leap
  readonly lastMinute: number
}
const LEAPS: readonly LeapWords[] = [
  { leap: 'insert', lastMinute: 61 },
  { leap: 'delete', lastMinute: 59 },
]

function announcement({ leap, lastMinute }: LeapWords, sources: readonly SourceStatus[]): string {
  const by = sources.filter(source => source.leap === leap).length
  const who =
    sources.length === 1
      ? 'The server announces'
      : `${by} of ${plural(sources.length, 'server')} ${by === 1 ? 'announces' : 'announce'}`
  return `${who} a leap second: the last minute of this month (UTC) will have ${lastMinute} seconds.`
}

function sentence({ offset, errorBound, sources }: Status, style: Style): string {
  if (offset === undefined || errorBound === undefined) {
    if (sources.length > 0 && sources.every(isRefusedByNetwork))
      return style('red', 'The network refused every request, so no server was asked.')
    const answered = sources.filter(({ accepted }) => accepted > 0).length
    return answered === 0
      ? style('red', 'No server answered with a time that can be used.')
      : style('red', 'The answers do not add up to a majority, so nothing is known of this clock.')
  }
  const direction = offset >= 0 ? 'behind' : 'ahead'
  const used = sources.filter(({ state }) => state === 'system' || state === 'survivor').length
  const who = used === 1 ? 'one server' : `${used} servers that agree`
  return `This clock is ${style('bold', `${duration(Math.abs(offset))} ${direction}`)}, correct to within ${style('bold', duration(errorBound))}, by ${who}.`
}
