/**
 * route-changed: the least delay of a source became another one at once and stayed. Where only one direction became longer the
 * source is off by half of that, and whoever follows it alone is, too: then the offset comes back, and the way is still another.
 */
import type { RouteChange } from '#analysis/log/sources/routes.ts'
import { grouped } from '#core/grouped.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { opinionsOf } from './few-sources.ts'

/** Of half of the difference: so much and more lies in one direction. */
const ONE_WAY = 0.6
/** Of what the offset had moved by, so much is gone again; and a clock that is off by so much is in trouble. */
const FOLLOWED = 0.6
const TROUBLE: Seconds = 0.01

export const routeChanged: Rule = ({ log, keeper, sourceName, when }) => {
  const census = log.censusOf(keeper.daemon)
  const changes = log.bestSamples(keeper.daemon)?.routes.all ?? []
  if (changes.length === 0) return []
  const alone = census !== undefined && opinionsOf(census).sources.length === 1
  return [...grouped(changes, ({ source }) => source)].map(([source, all]) => {
    const name = sourceName(source)
    const most = all.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a))
    const longer = most.after - most.before
    const oneWay = isOneWay(most)
    // Nobody else tells by how much of this it is wrong.
    const hidden = alone ? all.filter(isHidden).sort((a, b) => sizeOf(b) - sizeOf(a))[0] : undefined
    const worst = all.filter(isFollowed).sort((a, b) => Math.abs(b.moved) - Math.abs(a.moved))[0]
    return {
      name: 'route-changed' as const,
      severity: worst || hidden ? ('warning' as const) : ('note' as const),
      from: all[0]!.from,
      to: all.at(-1)!.to,
      what: `The way to ${name} became ${duration(Math.abs(longer))} ${longer > 0 ? 'longer' : 'shorter'} between ${when(most.from)} and ${when(most.to)}${oneWay ? `, in one direction: its offset moved by ${signed(most.moved)}` : ''}.${worst ? ` ${keeper.name} followed: since ${when(worst.to)} the clock is wrong by about ${duration(Math.abs(worst.moved - worst.left))} by that, and its offsets do not show it.` : hidden ? ` There is no other source: if the way became longer in one direction only, the clock has been wrong by up to ${duration(sizeOf(hidden) / 2)} since, and its offsets do not show it.` : ''}`,
      measures: {
        longer,
        moved: most.moved,
        count: all.length,
        ...(worst && { followed: worst.moved - worst.left }),
        ...(!worst && hidden && { most: sizeOf(hidden) / 2 }),
      },
      evidence: all.slice(0, 6).map(({ to, before, after, moved, file, line }) => ({
        text: `by ${when(to)}  least delay ${duration(before)}, then ${duration(after)}; offset moved by ${signed(moved)}`,
        file,
        line,
      })),
      cost: worst
        ? `The clock was wrong by about ${duration(Math.abs(worst.moved - worst.left))} while that way was taken.`
        : hidden
          ? `The clock may have been wrong by ${duration(sizeOf(hidden) / 2)} while that way was taken.`
          : oneWay
            ? `None while others outvote it. Followed alone it makes the clock wrong by ${duration(sizeOf(most) / 2)}.`
            : 'None: both directions changed alike.',
      causes: [
        { what: 'packets were routed another way', why: 'the least delay changed at once, and stayed' },
        { what: 'the server, or the guest, was moved to another place', why: 'if all its delays stay so' },
      ],
      remedy: configure(keeper, 'Have several sources, some of them near.', [`# server ${name}`]),
      confirm: 'traceroute in both directions, before the way changes back.',
    }
  })
}

const isOneWay = (each: RouteChange): boolean => Math.abs(each.moved) > (ONE_WAY * sizeOf(each)) / 2

/** When it becomes shorter again, the clock comes back to what is right. */
const isFollowed = (each: RouteChange): boolean => {
  const gone = each.moved - each.left
  return (
    each.after > each.before && isOneWay(each) && Math.abs(gone) > TROUBLE && gone / each.moved > FOLLOWED
  )
}

/** Half of it is what one direction alone makes a clock wrong by, once it has followed: then the offset shows no more of it. */
const isHidden = (each: RouteChange): boolean => {
  const half = sizeOf(each) / 2
  return each.after > each.before && half > TROUBLE && Math.abs(each.left) < ONE_WAY * half
}

const sizeOf = ({ before, after }: RouteChange): number => Math.abs(after - before)
