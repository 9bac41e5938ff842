/** What the machine's own programs said of its sources when a copy was made. */
import { grouped } from '#core/grouped.ts'
import type { Fact, Inventory, Place, Reported } from '#core/guest/inventory.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Evidence } from '../finding.ts'
import { placed } from './subject.ts'

export const MOST_SHOWN = 4
export const shown = (all: readonly Pick<Reported, 'evidence'>[]): Evidence[] =>
  all.slice(0, MOST_SHOWN).map(({ evidence }) => placed(evidence))

export const saying = ({ reported }: Inventory, ...says: readonly Reported['says'][]): readonly Reported[] =>
  reported.filter(each => says.includes(each.says))

/** As what a report of logs tells. */
export const toldThen = ({ reported }: Inventory) =>
  reported.map(each => ({
    ...each,
    what: each.says,
    size: each.size ?? Number.NaN,
    text: each.evidence.text,
  }))

/** Until then a daemon that asks once a minute need not have its first few answers. */
const SETTLED: Seconds = 300

/** The machine had just been started: whoever was asked then knows nothing yet. */
export const justStarted = ({ uptime }: Inventory): Fact<Seconds> | undefined =>
  uptime && uptime.value <= SETTLED ? uptime : undefined

/** For the end of a sentence. */
export const since = (started: Fact<Seconds> | undefined): string =>
  started ? `; the machine had run for ${duration(started.value)}` : ''

/** A sosreport has the same sources by their addresses and by their names: then one of the listings says it all. */
export function longestListing(inventory: Inventory): ReadonlyMap<string, Reported> {
  const said = saying(inventory, 'unreachable', 'offset-now').flatMap(each =>
    each.source === undefined ? [] : [{ ...each, source: each.source }],
  )
  const [longest = new Map()] = [...grouped(said, ({ evidence }) => evidence.path).values()]
    .map(listing => new Map(listing.map(each => [each.source, each])))
    .sort((a, b) => b.size - a.size)
  return longest
}

/** timedatectl prints the kernel's flag. */
export const isOfKernel = ({ path }: Place): boolean => /\/timedatectl[^/]*$/.test(path)
