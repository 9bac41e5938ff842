/** The command line that plays what is set up in the page. */
import { type Lane, OWN_PAUSE } from './setup.ts'

/** The name under which the page saves what is no story that is installed. */
export const FILE = 'rehearsal.toml'

export function commandFor(of: {
  readonly story: string
  readonly turned: Readonly<Record<string, number>>
  /** Whom somebody has chosen; undefined: whom the story names. */
  readonly chosen: readonly Lane[] | undefined
}): string {
  const { story, turned, chosen } = of
  if (story === OWN_PAUSE || Object.keys(turned).length > 0) return `clockwright lab run ${FILE}`
  if (chosen === undefined) return `clockwright lab run ${story}`
  const names = chosen.flatMap(lane =>
    lane.kind === 'known' && Object.values(lane.tuning).every(value => value === undefined) ? [lane.use] : [],
  )
  return names.length === chosen.length
    ? `clockwright lab compare ${story} ${names.map(name => `--with ${name}`).join(' ')}`
    : `clockwright lab run ${FILE}`
}
