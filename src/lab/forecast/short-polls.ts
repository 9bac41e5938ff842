/** Polls by which a clock comes back sooner: of one's own servers every 16 s at first, of others no more often than every 64 s. */
import type { PollLog2 } from '#core/time/units.ts'
import { isOwn } from '#dialects/own-server.ts'

/** 64 s: what public servers allow. */
export const SHORT: PollLog2 = 6
const SHORTEST: PollLog2 = 4

export const shortPolls = (address: string): readonly [PollLog2, PollLog2] => [
  isOwn(address) ? SHORTEST : SHORT,
  SHORT,
]

/** The same for all of them: what nobody minds. */
export const shortPollsForAll = (addresses: readonly string[]): readonly [PollLog2, PollLog2] => [
  Math.max(SHORTEST, ...addresses.map(address => shortPolls(address)[0])),
  SHORT,
]

const ASKED_OFTEN = 'only where its owner agrees to be asked that often'
const ASKED_SELDOM = 'a public server wants to be asked no more often'

/** A name for the same polls for all, where a daemon has no others, and what is to be written. */
export function sayShortPollsForAll(
  addresses: readonly string[],
  write: (polls: readonly [PollLog2, PollLog2]) => string,
): { readonly name: string; readonly how: string } {
  const polls = shortPollsForAll(addresses)
  const [least, most] = polls
  return least === most
    ? { name: `polls ${most}`, how: `${write(polls)} (${ASKED_SELDOM})` }
    : { name: `polls ${least} to ${most}`, how: `${write(polls)} (${ASKED_OFTEN})` }
}

/** A name for such polls, and what is to be written to each server. */
export function sayShortPolls(
  addresses: readonly string[],
  write: (polls: readonly [PollLog2, PollLog2]) => string,
  toThose: (addresses: readonly string[]) => string,
): { readonly name: string; readonly how: string } {
  const own = addresses.filter(isOwn)
  const toEach = toThose(addresses)
  const [often, seldom] = [write([SHORTEST, SHORT]), write([SHORT, SHORT])]
  if (own.length === addresses.length)
    return {
      name: 'polls 4 to 6',
      how: `${often} ${toEach} (${ASKED_OFTEN})`,
    }
  if (own.length === 0)
    return {
      name: 'polls 6',
      how: `${seldom} ${toEach} (${ASKED_SELDOM}; one of your own may have minpoll 4)`,
    }
  return {
    name: 'polls 4 to 6',
    how: `${often} ${toThose(own)} of your own, minpoll 6 for the others, which want to be asked no more often`,
  }
}
