/** Trace records as sentences, and the mark that stands for each kind. */
import { agrees, SOURCE_REASONS, type SourceReason } from '#core/agent/reason.ts'
import { duration } from '#core/time/format.ts'
import { type RecordBody, unixSeconds } from '../bodies.ts'
import { length } from './say.ts'
import { STATES } from './states.ts'

export interface Event {
  readonly kind: RecordBody['kind']
  /** By the machine's wall clock, in seconds since 1970. */
  readonly at: number
  readonly text: string
}

/** Marked in the plots: what happened to the clock, not what became of a source. */
export const MARKED: readonly RecordBody['kind'][] = ['started', 'step', 'disruption', 'notice']

export const KIND_WORDS: Record<RecordBody['kind'], string> = {
  started: 'start',
  step: 'step',
  disruption: 'disruption',
  recovered: 'recovered',
  source: 'source',
  notice: 'notice',
  sample: 'sample',
  estimate: 'estimate',
}

export const eventOf = (record: RecordBody): Event => ({
  kind: record.kind,
  at: unixSeconds(record.at),
  text: sentence(record),
})

function sentence(record: RecordBody): string {
  switch (record.kind) {
    case 'started':
      return `The agent was started, version ${record.version}.`
    case 'step':
      return `The clock was set ${(record.size ?? 0) < 0 ? 'back' : 'forward'} by ${record.size === null ? 'an unknown amount' : duration(Math.abs(record.size))}, ${record.by === 'us' ? 'by this agent' : 'by somebody else'}.`
    case 'disruption':
      return disruption(record)
    case 'recovered':
      return recovered(record)
    case 'source':
      return `${record.source} (${record.address}) ${agrees(record.state) ? 'agrees with the majority' : `(${stateWord(record.state)}): ${reasonWords(record.reason)}`}.`
    case 'notice':
      return `${record.text}${/[.!?]$/.test(record.text) ? '' : '.'}`
    case 'sample':
    case 'estimate':
      return KIND_WORDS[record.kind]
  }
}

function disruption({
  what,
  witness,
  lost,
  uncertainty,
}: Extract<RecordBody, { kind: 'disruption' }>): string {
  const stood =
    lost === null ? 'For how long it stood still is not known.' : `It stood still for ${length(lost)}.`
  const size = `${length(Math.abs(lost ?? 0))}${uncertainty === null ? '' : ` (± ${length(uncertainty)})`}`
  switch (what) {
    case 'sources-jumped':
      return lost === null || lost === 0
        ? 'All agreeing sources moved against this clock at once.'
        : `All agreeing sources say that this clock ${lost > 0 ? 'lost' : 'gained'} ${size} at once.`
    case 'counter-changed':
      return `This machine may have been moved to another host; what was known of its clock is void. ${stood} Noticed by: ${witness}.`
    case 'restored':
      return `This machine was restored from a snapshot; what was known of its clock is void. ${stood} Noticed by: ${witness}.`
    case 'paused':
      return `This machine stood still${lost === null ? '' : ` for ${size}`}. Noticed by: ${witness}.`
  }
}

function recovered({ after, lost, uncertainty }: Extract<RecordBody, { kind: 'recovered' }>): string {
  const passed =
    lost === null
      ? 'how much time had passed unseen is not known'
      : uncertainty !== null && Math.abs(lost) <= uncertainty
        ? `no time had passed unseen (± ${length(uncertainty)})`
        : `${length(Math.abs(lost))}${uncertainty === null ? '' : ` (± ${length(uncertainty)})`} had ${lost < 0 ? 'been counted too much' : 'passed unseen'}`
  return `Fresh samples settled it ${length(after)} after it was noticed: ${passed}.`
}

const stateWord = (state: string): string =>
  Object.hasOwn(STATES, state) ? STATES[state as keyof typeof STATES].word.toLowerCase() : state

const reasonWords = (reason: string): string =>
  Object.hasOwn(SOURCE_REASONS, reason) ? SOURCE_REASONS[reason as SourceReason] : reason
