/** What `clockwright query` says: a row for each server, and the sentence that follows from all of them. */
import { SOURCE_REASONS } from '#core/agent/reason.ts'
import type { SourceStatus, Status } from '#core/agent/status.ts'
import { duration, signed } from '#core/time/format.ts'
import { stateColour } from './state-colour.ts'
import type { Style } from './style.ts'
import { type Column, table } from './table.ts'

export function queryText(status: Status, style: Style): string {
  return `${table(status.sources, COLUMNS, style)}\n${sentence(status, style)}\n`
}

const COLUMNS: readonly Column<SourceStatus>[] = [
  { title: 'server', text: ({ name, address }) => (name.includes(address) ? name : `${name} (${address})`) },
  { title: 'stratum', align: 'right', text: ({ stratum }) => stratum?.toString() ?? '–' },
  { title: 'refid', text: ({ refid }) => refid ?? '–' },
  { title: 'offset', align: 'right', text: ({ offset }) => signed(offset) },
  { title: '± at most', align: 'right', text: ({ rootDistance }) => duration(rootDistance) },
  { title: 'delay', align: 'right', text: ({ delay }) => duration(delay) },
  { title: 'jitter', align: 'right', text: ({ jitter }) => duration(jitter) },
  { title: '', text: ({ reason }) => SOURCE_REASONS[reason], emphasis: ({ state }) => stateColour(state) },
]

function sentence({ offset, errorBound, sources }: Status, style: Style): string {
  if (offset === undefined || errorBound === undefined) {
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
