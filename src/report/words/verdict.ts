/**
 * The one sentence: how wrong this clock is, how sure that is, and how fresh. When nothing has been measured it says so,
 * and says what is known without a source instead.
 */
import { duration } from '#core/time/format.ts'
import type { SourceBody, StatusBody } from '../bodies.ts'
import { holdingWords } from './holding.ts'
import { ago, aheadOrBehind, length, plural } from './say.ts'

const STATE_WORDS: Record<StatusBody['clock']['state'], string> = {
  starting: 'Starting',
  locked: 'Locked',
  holdover: 'Holdover',
  disrupted: 'Disrupted',
  freerun: 'Free running',
}

export interface Verdict {
  readonly tone: 'good' | 'care' | 'unknown'
  /** The state in one or two words. */
  readonly state: string
  /** Its parts in turn: plain, strong, plain, … */
  readonly sentence: readonly string[]
  readonly details: readonly string[]
}

export const isUsed = ({ state }: SourceBody): boolean => state === 'survivor' || state === 'system'

export function verdict(status: StatusBody, age: number | undefined): Verdict {
  const said = judge(status, age)
  const { holding } = status.clock
  return holding === null
    ? said
    : { ...said, tone: 'care', details: [holdingWords(holding), ...said.details] }
}

function judge(status: StatusBody, age: number | undefined): Verdict {
  const { clock } = status
  const { offset, errorBound } = clock
  const used = clock.sources.filter(isUsed).length
  if (offset === null || errorBound === null) return withoutEstimate(status)
  const worst = Math.abs(offset) + errorBound
  const between = `True time is between ${edge(offset - errorBound)} and ${edge(offset + errorBound)} what this clock says, so it is wrong by at most ${duration(worst)}.`
  if (clock.state === 'locked')
    return {
      tone: 'good',
      state: 'Locked',
      sentence: ['This clock is ', aheadOrBehind(offset), ', correct to within ', length(errorBound), '.'],
      details: [`Measured ${ago(age)} from ${plural(used, 'agreeing source')}.`, between],
    }
  if (clock.state === 'disrupted')
    return {
      tone: 'care',
      state: STATE_WORDS.disrupted,
      sentence: [
        'Something happened to this clock: it may be ',
        aheadOrBehind(offset),
        ', correct to within ',
        length(errorBound),
        '.',
      ],
      details: ['The sources are being asked what holds now.', between],
    }
  return {
    tone: 'care',
    state: STATE_WORDS[clock.state],
    sentence: [
      'This clock is about ',
      aheadOrBehind(offset),
      ', correct to within ',
      length(errorBound),
      clock.state === 'holdover' ? ' and coasting.' : '.',
    ],
    details: [
      `Last measured ${ago(age)}; now ${whyNoSource(clock.sources)}`,
      'The estimate is carried on at the last known rate, and its bound widens.',
      between,
    ],
  }
}

function withoutEstimate(status: StatusBody): Verdict {
  const { clock, sourcesFrom } = status
  const starting = clock.state === 'starting' && clock.sources.length > 0
  const none = clock.sources.length === 0
  return {
    tone: 'unknown',
    state: STATE_WORDS[clock.state === 'disrupted' ? 'disrupted' : starting ? 'starting' : 'freerun'],
    sentence:
      clock.state === 'disrupted'
        ? ['Something was done to this machine, and ', 'what time it is', ' is not known again yet.']
        : starting
          ? ['Not measured yet: ', plural(clock.sources.length, 'source'), ' asked, none accepted so far.']
          : ['Nobody has told this machine ', 'what time it is', none ? ': there is no source.' : '.'],
    details: [none ? sourcesFrom : capital(whyNoSource(clock.sources)), ...knownLocally(status)],
  }
}

/** What can be said of a clock that nothing is compared with. */
export function knownLocally({ machine, kernelClock, mode }: StatusBody): string[] {
  const said: string[] = []
  const keepers = machine.timekeepers.filter(({ disciplines }) => disciplines).map(({ name }) => name)
  if (mode === 'disciplining')
    said.push('Clockwright keeps this clock, and runs it on as it was until it is told the time.')
  else if (keepers.length > 0)
    said.push(`${keepers.join(' and ')} may be setting this clock; what it follows is not known here.`)
  else said.push('No program that could set this clock was found running.')
  if (kernelClock)
    said.push(
      kernelClock.synchronised
        ? `The kernel was told that its clock is right to within ${length(kernelClock.maxError)}. That is hearsay, not a measurement.`
        : 'The kernel says itself that its clock is not synchronised.',
    )
  if (machine.clocksource)
    said.push(
      `It counts time with ${machine.clocksource}${machine.hypervisor ? `, on ${machine.hypervisor.name}` : ''}.`,
    )
  return said
}

function whyNoSource(sources: readonly SourceBody[]): string {
  if (sources.length === 0) return 'no source is configured.'
  const reasons = new Map<string, number>()
  for (const { reasonText } of sources) reasons.set(reasonText, (reasons.get(reasonText) ?? 0) + 1)
  const [[reason, count] = ['', 0]] = [...reasons].sort((a, b) => b[1] - a[1])
  return `of ${plural(sources.length, 'source')} none can be used (${count === sources.length ? 'each' : count}: ${reason}).`
}

const edge = (offset: number): string => `${duration(Math.abs(offset))} ${offset < 0 ? 'before' : 'after'}`

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
