/**
 * What is rehearsed: which story, what of it is turned to another value, who keeps the clock, which part is watched. All of it
 * stands in the address of the page, so a link shows another person the same run. What makes no sense there is left out, and said.
 */
import type { Tuning } from '#lab/players/tuned.ts'
import { readValue } from '#lab/sweep/axis.ts'
import { canBe, KNOBS } from '#lab/sweep/knobs.ts'

/** Somebody who keeps the clock in this rehearsal; each has a line in the picture. */
export type Lane =
  | { readonly kind: 'known'; readonly use: string; readonly tuning: Tuning }
  /** One whom the story itself names, by his place there. */
  | { readonly kind: 'told'; readonly place: number }
  /** A configuration that somebody has pasted or dropped. */
  | {
      readonly kind: 'file'
      readonly name: string
      readonly daemon: string
      readonly options: string
      readonly text: string
    }

/** How long is watched from the first thing that happens on. */
export const WATCHES = {
  all: undefined,
  '24h': 86_400,
  '6h': 21_600,
  '1h': 3600,
  '10m': 600,
} as const
export type Watch = keyof typeof WATCHES

export interface Setup {
  readonly story: string
  /** Values of knobs (#lab/sweep/knobs.ts) in their units. */
  readonly turned: Readonly<Record<string, number>>
  /** Undefined: whom the story names. */
  readonly lanes: readonly Lane[] | undefined
  readonly watch: Watch
  /** Whose own opinion is drawn, by place. */
  readonly says: number
}

export const OWN_PAUSE = 'my-guest'
export const USUAL_SETUP: Setup = { story: OWN_PAUSE, turned: {}, lanes: undefined, watch: 'all', says: 0 }

export const MOST_LANES = 6
/** A link that is longer is cut off somewhere on its way. */
const LONGEST_TEXT = 8000

export function parseSetup(query: URLSearchParams): Setup {
  const story = query.get('story') ?? ''
  const says = Number(query.get('says') ?? 0)
  const lanes = query
    .getAll('play')
    .slice(0, MOST_LANES)
    .flatMap(text => parseLane(text) ?? [])
  return {
    story: /^[\w-]{1,60}$/.test(story) ? story : USUAL_SETUP.story,
    turned: Object.fromEntries(
      Object.entries(KNOBS).flatMap(([name, knob]) => {
        const written = query.get(name) ?? ''
        const value = numberOf(written) ?? readValue(written, knob)
        return value === undefined || !canBe(knob, value) ? [] : [[name, value]]
      }),
    ),
    lanes: lanes.length > 0 ? lanes : undefined,
    watch: (Object.keys(WATCHES) as Watch[]).find(each => each === query.get('watch')) ?? 'all',
    says: Number.isInteger(says) && says >= 0 && says < MOST_LANES ? says : 0,
  }
}

/** Words of an address that are not understood, and so left out; `others` are keys of which somebody else knows the meaning. */
export function unreadWords(query: URLSearchParams, others: readonly string[]): string[] {
  const setup = parseSetup(query)
  const isRead: Readonly<Record<string, (value: string) => boolean>> = {
    story: value => value === setup.story,
    watch: value => value === setup.watch,
    says: value => value === String(setup.says),
  }
  let lanes = 0
  return [...query].flatMap(([key, value]) => {
    if (others.includes(key)) return []
    if (key === 'play' && ++lanes <= MOST_LANES) return unreadInLane(value)
    const read = isRead[key] ?? (() => setup.turned[key] !== undefined)
    return key !== 'play' && read(value) ? [] : [`${key}=${value}`]
  })
}

function unreadInLane(written: string): string[] {
  const lane = parseLane(written)
  if (!lane) return [`play=${written}`]
  return lane.kind === 'known'
    ? written
        .split(',')
        .slice(1)
        .filter(word => tuningOf(word) === undefined)
    : []
}

export function writeSetup(setup: Setup, query: URLSearchParams): void {
  const { story, turned, lanes, watch, says } = setup
  if (story !== USUAL_SETUP.story) query.set('story', story)
  for (const [name, value] of Object.entries(turned)) query.set(name, String(value))
  for (const lane of lanes ?? []) query.append('play', formatLane(lane))
  if (watch !== 'all') query.set('watch', watch)
  if (says > 0) query.set('says', String(says))
}

/** What a link cannot carry, in words; undefined when it carries everything. */
export const tooLongForLink = ({ lanes = [] }: Setup): string | undefined =>
  lanes.flatMap(lane => (lane.kind === 'file' && lane.text.length > LONGEST_TEXT ? [lane.name] : []))[0]

const FLAG_WORDS: readonly (readonly [word: string, tuning: Tuning])[] = [
  ['-x', { slew: true }],
  ['no-g', { forgiving: false }],
  ['no-makestep', { makestep: 'never' }],
]
const NUMBERS = ['step', 'stepout', 'panic', 'maxdist'] as const

export function formatLane(lane: Lane): string {
  if (lane.kind === 'told') return `@${lane.place}`
  if (lane.kind === 'file') {
    const text = lane.text.length > LONGEST_TEXT ? '' : lane.text
    return ['file', lane.name, lane.daemon, lane.options, text].join('|')
  }
  const { polls, slew, forgiving, makestep } = lane.tuning
  return [
    lane.use,
    ...(slew ? ['-x'] : []),
    ...(forgiving === false ? ['no-g'] : []),
    ...(polls ? [`polls=${polls[0]}..${polls[1]}`] : []),
    ...(makestep === 'never' ? ['no-makestep'] : makestep ? [`makestep=${makestep[0]}:${makestep[1]}`] : []),
    ...NUMBERS.flatMap(name => (lane.tuning[name] === undefined ? [] : [`${name}=${lane.tuning[name]}`])),
  ].join(',')
}

export function parseLane(written: string): Lane | undefined {
  const place = /^@(\d{1,2})$/.exec(written)?.[1]
  if (place !== undefined) return { kind: 'told', place: Number(place) }
  if (written.startsWith('file|')) {
    const [, name = '', daemon = '', options = '', ...text] = written.split('|')
    if (text.length === 0) return undefined
    return { kind: 'file', name: name.slice(0, 40), daemon, options, text: text.join('|') }
  }
  const [use = '', ...words] = written.split(',')
  if (!/^[\w.-]{1,40}$/.test(use)) return undefined
  return { kind: 'known', use, tuning: Object.assign({}, ...words.map(tuningOf)) }
}

function tuningOf(word: string): Tuning | undefined {
  const flag = FLAG_WORDS.find(([name]) => name === word)?.[1]
  if (flag) return flag
  const [name, value = ''] = word.split('=', 2)
  if (name === 'polls') {
    const [least, most] = value.split('..').map(Number)
    return isPoll(least) && isPoll(most) && least <= most ? { polls: [least, most] } : undefined
  }
  if (name === 'makestep') {
    const [threshold, updates] = value.split(':').map(numberOf)
    return threshold !== undefined && threshold > 0 && Number.isInteger(updates)
      ? { makestep: [threshold, updates!] }
      : undefined
  }
  const number = numberOf(value)
  const key = NUMBERS.find(each => each === name)
  return key && number !== undefined && number >= 0 ? { [key]: number } : undefined
}

export const LEAST_POLL = 3
export const MOST_POLL = 17
const isPoll = (value: number | undefined): value is number =>
  Number.isInteger(value) && value! >= LEAST_POLL && value! <= MOST_POLL

const numberOf = (text: string | null | undefined): number | undefined =>
  text && /^-?\d{1,9}(\.\d{1,12})?(e-\d)?$/.test(text) ? Number(text) : undefined
