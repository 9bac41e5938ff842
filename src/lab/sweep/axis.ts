/**
 * An axis of a sweep as people write it: `pause=0.1..1200` (nine values, each so many times the one before it where the range is
 * wide), `pause=0.1..1200:25`, `pause=0.5,4.3,30s`; `player=chrony-debian,ntp.conf` for whom to play.
 */
import { duration } from '#core/time/format.ts'
import { parseDuration, parseSigned } from '#core/time/parse-duration.ts'
import type { PlayerSpec } from '../players/player.ts'
import type { Scenario } from '../scenario/schema.ts'
import { canBe, KNOBS, type Knob, turnsIn } from './knobs.ts'

export type Axis =
  | { readonly kind: 'players'; readonly written: readonly string[] }
  | { readonly kind: 'knob'; readonly name: string; readonly values: readonly number[] }

export type ReadAxis = Axis | { readonly kind: 'refused'; readonly why: string }

const USUAL_COUNT = 9
const MOST_VALUES = 10_000
/** From this ratio of its ends on a range is divided by factors. */
const WIDE = 10

export function readAxis(text: string): ReadAxis {
  const refused = (why: string): ReadAxis => ({ kind: 'refused', why: `${text}: ${why}` })
  const [, name, values] = /^([a-z]+)=(.+)$/s.exec(text) ?? []
  if (name === undefined || values === undefined) return refused('write NAME=VALUES, as in pause=0.1..1200')
  if (name === 'player' || name === 'config') return { kind: 'players', written: splitPlayers(values) }
  const knob = KNOBS[name]
  if (!knob)
    return refused(
      `there is no ${name} to turn; there are: ${[...Object.keys(KNOBS), 'player', 'config'].join(', ')}`,
    )
  const read = (word: string) => readValue(word, knob)
  const range = /^(.+?)\.\.(.+?)(?::(\d+))?$/.exec(values)
  if (!range) {
    const list = values.split(',').map(read)
    return list.includes(undefined)
      ? refused(`${wanted(knob)}, one or several with commas`)
      : { kind: 'knob', name, values: [...new Set(list as number[])] }
  }
  const [from, to] = [read(range[1]!), read(range[2]!)]
  const count = range[3] === undefined ? USUAL_COUNT : Number(range[3])
  if (from === undefined || to === undefined || from >= to)
    return refused(`${wanted(knob)}: the smaller one first`)
  if (count < 2 || count > MOST_VALUES) return refused(`from 2 to ${MOST_VALUES} values`)
  const between = knob.unit === 'count' && range[3] === undefined ? wholeNumbers : spaced
  const all = between(from, to, count)
  return all.every(value => canBe(knob, value)) ? { kind: 'knob', name, values: all } : refused(wanted(knob))
}

/** A comma also stands between a daemon and its options: `ntpd-4.2.6p5,-g,-x:a.conf,b.conf`. */
function splitPlayers(text: string): string[] {
  const players: string[] = []
  let open = ''
  for (const part of text.split(',')) {
    open = open === '' ? part : `${open},${part}`
    // Options follow, until a colon leads to the file.
    const continues = /^(ntpd|ntpsec)-[\d.p]+(,-\w+)*$/.test(open) && text.includes(`${open},-`)
    if (continues) continue
    players.push(open)
    open = ''
  }
  return open === '' ? players : [...players, open]
}

/** Undefined when it is no value that a story may have there. */
export function readValue(word: string, knob: Knob): number | undefined {
  const text = word.trim()
  const { unit } = knob
  const value =
    unit === 'duration'
      ? parseDuration(text)
      : unit === 'signed'
        ? parseSigned(text)
        : text === ''
          ? undefined
          : Number(text)
  return value !== undefined && canBe(knob, value) ? value : undefined
}

const wanted = ({ unit, aboveZero, least, most }: Knob): string =>
  unit === 'duration'
    ? `durations like 4.3s, 500ms, 20m${aboveZero ? ', more than zero' : ''}, a year at most`
    : unit === 'signed'
      ? 'durations with or without a sign, 20 years at most'
      : `${unit === 'count' ? 'whole numbers' : 'numbers'} from ${least} to ${most}`

function spaced(from: number, to: number, count: number): number[] {
  const wide = from > 0 && to / from >= WIDE
  return Array.from({ length: count }, (_, i) => {
    const part = i / (count - 1)
    const value = wide ? from * (to / from) ** part : from + (to - from) * part
    return i === count - 1 ? to : Number(value.toPrecision(3))
  })
}

const wholeNumbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

export const valueText = (name: string, value: number): string =>
  KNOBS[name]!.unit === 'duration' || KNOBS[name]!.unit === 'signed' ? duration(value) : String(value)

/** Why such an axis would show nothing; undefined when it turns what is there, for everybody who plays. */
export function whyIdle(
  name: string,
  scenario: Scenario,
  players: readonly PlayerSpec[],
): string | undefined {
  const knob = KNOBS[name]!
  if (!turnsIn(knob, scenario)) {
    const others = Object.keys(KNOBS).filter(each => turnsIn(KNOBS[each]!, scenario))
    return `this story has nothing of the kind (${knob.about}); there are: ${others.join(', ')}`
  }
  const own = name === 'offset' ? players.find(({ offset }) => offset !== undefined) : undefined
  return own && `${own.name} begins at an offset of its own`
}
