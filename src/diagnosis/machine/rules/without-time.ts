/** source-without-time: it answers, so the way to it is open, and says why it gives no time. */
import type { Inventory, Reported } from '#core/guest/inventory.ts'
import { linesOf } from '#dialects/named-source.ts'
import type { Evidence, Finding } from '../../finding.ts'
import { longestListing } from '../said-then.ts'
import { type MachineRule, placed, settingDaemons, state, type WithoutTime } from '../subject.ts'
import { costOf } from './measured.ts'

interface Saying {
  readonly one: string
  readonly several: string
  readonly cause: Finding['causes'][number]
  readonly remedy: string
}

const SAYINGS: Readonly<Record<WithoutTime, Saying>> = {
  unsynchronised: {
    one: 'answers, and says that it is not synchronised',
    several: 'answer, and say that they are not synchronised',
    cause: {
      what: 'it has lost its own sources, or has just been started',
      why: 'a server that follows nobody says so: leap indicator 3, stratum 0 or 16',
    },
    remedy: 'Tell the operator of what is not synchronised, and ask others until it is.',
  },
  denied: {
    one: 'answers that this machine may not ask it (kiss code DENY or RSTR)',
    several: 'answer that this machine may not ask them (kiss code DENY or RSTR)',
    cause: {
      what: 'its access rules leave this machine out',
      why: 'it says so itself; who is told that must not ask again',
    },
    remedy: 'Have the operator of what denies the time allow this machine, or ask others.',
  },
  slowed: {
    one: 'answers that it is asked too often (kiss code RATE)',
    several: 'answer that they are asked too often (kiss code RATE)',
    cause: {
      what: 'this machine asks too often, or many do from one address',
      why: 'it counts requests by their address, which machines behind one NAT share',
    },
    remedy: 'Ask less often what is asked too often (a longer minpoll), or let one machine ask for all.',
  },
  refused: {
    one: 'answers, and its answers cannot be used',
    several: 'answer, and their answers cannot be used',
    cause: { what: 'that is no time server, or a broken one', why: 'its replies fail a packet test' },
    remedy: 'Replace each whose answers cannot be used.',
  },
}

export const withoutTimeNow: MachineRule = ({ live }) => {
  const sources = live?.sources ?? []
  const kinds = kindsOf(sources, ({ withoutTime }) => withoutTime)
  const nobody = sources.every(({ answers }) => !answers)
  return withoutTime(kinds, {
    all: sources.length,
    how: 'configured',
    nobody,
    evidence: ({ name, why }) => [{ text: `${name}: ${why}` }],
    address: ({ address }) => address,
  })
}

/** ntpq lists the last kiss in place of what a server follows. */
export const withoutTimeThen: MachineRule = ({ live, inventory }) => {
  const listed = [...longestListing(inventory).values()]
  if (live || settingDaemons(inventory).length === 0) return []
  const nobody = listed.every(({ says }) => says === 'unreachable')
  return withoutTime(kindsOf(listed, kissOf), {
    all: listed.length,
    how: 'listed',
    nobody,
    evidence: each => [placed(each.evidence), ...askedOften(each, inventory)],
    address: ({ source }) => source!,
  })
}

const KISSES: readonly (readonly [RegExp, WithoutTime])[] = [
  [/\s\.RATE\.\s/, 'slowed'],
  [/\s\.(?:DENY|RSTR)\.\s/, 'denied'],
]

/** What it has answered instead of the time, when a copy was made. */
export const kissOf = ({ says, evidence: { text } }: Reported): WithoutTime | undefined =>
  says === 'unreachable' ? KISSES.find(([refid]) => refid.test(text))?.[1] : undefined

/** By less a server of the internet takes it ill; 6 is the default. */
const USUAL_POLL = 6

/** The lines by which it is asked more often than it would be without them. */
const askedOften = (each: Reported, { daemons }: Inventory): Evidence[] =>
  kissOf(each) !== 'slowed'
    ? []
    : daemons.flatMap(({ configuration }) =>
        configuration.flatMap(({ path, text }) =>
          linesOf(text).flatMap((line, index) => {
            const poll = /^\s*(?:server|pool|peer)\s.*\bminpoll\s+(\d+)/.exec(line)?.[1]
            const isMeant = line.trim().split(/\s+/)[1] === each.source
            return isMeant && Number(poll ?? USUAL_POLL) < USUAL_POLL
              ? [{ path, line: index + 1, text: line.trim() }]
              : []
          }),
        ),
      )

interface Kind<T> extends Saying {
  readonly those: readonly T[]
}

function kindsOf<T>(sources: readonly T[], kindOf: (source: T) => WithoutTime | undefined): Kind<T>[] {
  return (Object.keys(SAYINGS) as WithoutTime[]).flatMap(kind => {
    const those = sources.filter(each => kindOf(each) === kind)
    return those.length > 0 ? [{ those, ...SAYINGS[kind] }] : []
  })
}

interface Telling<T> {
  readonly all: number
  readonly how: 'configured' | 'listed'
  readonly nobody: boolean
  readonly evidence: (source: T) => readonly Evidence[]
  readonly address: (source: T) => string
}

function withoutTime<T>(
  kinds: readonly Kind<T>[],
  { all, how, nobody, evidence, address }: Telling<T>,
): Finding[] {
  const [first] = kinds
  if (!first) return []
  return [
    state({
      name: 'source-without-time',
      severity: nobody ? 'critical' : 'warning',
      what: `${kinds.map(({ those, one, several }) => `${counted(those.length, all, how)} ${those.length === 1 ? one : several}`).join('; ')}.`,
      evidence: kinds.flatMap(({ those }) => those.flatMap(evidence)),
      cost: costOf(nobody),
      causes: kinds.map(({ cause }) => cause),
      remedy: { text: kinds.map(({ remedy }) => remedy).join(' ') },
      confirm: `clockwright query ${address(first.those[0]!)}`,
    }),
  ]
}

function counted(some: number, all: number, how: 'configured' | 'listed'): string {
  if (some < all) return `${some} of ${all} ${how} sources`
  return all === 1
    ? `The only ${how} source`
    : all === 2
      ? `Both ${how} sources`
      : `All ${all} ${how} sources`
}
