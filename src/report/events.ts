/** Trace records as lines of text, one for each: when, by the machine's own clock, and what. */
import { duration, signed } from '#core/time/format.ts'
import type { RecordBody } from './bodies.ts'
import { wallText } from './status.ts'
import type { Emphasis, Style } from './style.ts'
import { printable } from './table.ts'
import { eventOf, KIND_WORDS } from './words/event.ts'

const COLOUR: Partial<Record<RecordBody['kind'], Emphasis>> = {
  step: 'yellow',
  disruption: 'yellow',
  recovered: 'green',
  notice: 'cyan',
}

export function eventLine(record: RecordBody, style: Style): string {
  const kind = KIND_WORDS[record.kind].padEnd(10)
  const colour = COLOUR[record.kind]
  return `${style('dim', wallText(record.at))}  ${colour ? style(colour, kind) : kind}  ${printable(what(record))}\n`
}

function what(record: RecordBody): string {
  if (record.kind === 'sample') {
    return `${record.source} (${record.address}): offset ${signed(record.offset ?? undefined)} ± ${duration(record.rootDistance ?? undefined)}, delay ${duration(record.delay ?? undefined)}`
  }
  if (record.kind === 'estimate') {
    return `offset ${signed(record.offset ?? undefined)} ± ${duration(record.errorBound ?? undefined)}, by ${record.survivors} sources`
  }
  return eventOf(record).text
}
