/** The command line that plays what is set up in the page, and how often both play it. */
import type { Seconds } from '#core/time/units.ts'
import { type Lane, OWN_PAUSE } from './setup.ts'

/** The name under which the page saves what is no story that is installed. */
export const FILE = 'rehearsal.toml'

/** As often as the commands play by themselves. */
const USUAL_SEEDS = 10
const LONG: Seconds = 4 * 86_400
const SEEDS_OF_LONG = 3

/** Weeks take seconds each. */
export const seedsFor = (duration: Seconds): number => (duration > LONG ? SEEDS_OF_LONG : USUAL_SEEDS)

interface Wanted {
  readonly story: string
  readonly turned: Readonly<Record<string, number>>
  /** Whom somebody has chosen; undefined: whom the story names. */
  readonly chosen: readonly Lane[] | undefined
  readonly seeds: number
}

export const commandFor = (wanted: Wanted): string =>
  [
    `clockwright lab ${whatOf(wanted)}`,
    ...(wanted.seeds === USUAL_SEEDS ? [] : [`--seeds ${wanted.seeds}`]),
  ].join(' ')

function whatOf({ story, turned, chosen }: Wanted): string {
  if (story === OWN_PAUSE || Object.keys(turned).length > 0) return `run ${FILE}`
  if (chosen === undefined) return `run ${story}`
  const names = chosen.flatMap(lane =>
    lane.kind === 'known' && Object.values(lane.tuning).every(value => value === undefined) ? [lane.use] : [],
  )
  return names.length === chosen.length
    ? `compare ${story} ${names.map(name => `--with ${name}`).join(' ')}`
    : `run ${FILE}`
}
