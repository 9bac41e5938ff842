/** source-without-time: it answers, so the way to it is open, and says why it gives no time. */
import type { Evidence, Finding } from '../../finding.ts'
import { type LiveSource, type MachineRule, state, type WithoutTime } from '../subject.ts'
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
  const kinds = (Object.keys(SAYINGS) as WithoutTime[]).flatMap(kind => {
    const those = sources.filter(({ withoutTime }) => withoutTime === kind)
    return those.length > 0 ? [{ those, ...SAYINGS[kind] }] : []
  })
  const [first] = kinds
  if (!first) return []
  const nobody = sources.every(({ answers }) => !answers)
  return [
    state({
      name: 'source-without-time',
      severity: nobody ? 'critical' : 'warning',
      what: `${kinds.map(({ those, one, several }) => `${counted(those, sources)} ${those.length === 1 ? one : several}`).join('; ')}.`,
      evidence: kinds.flatMap(({ those }) => those.map(why)),
      cost: costOf(nobody),
      causes: kinds.map(({ cause }) => cause),
      remedy: { text: kinds.map(({ remedy }) => remedy).join(' ') },
      confirm: `clockwright query ${first.those[0]!.address}`,
    }),
  ]
}

function counted({ length: some }: readonly LiveSource[], { length: all }: readonly LiveSource[]): string {
  if (some < all) return `${some} of ${all} configured sources`
  return all === 1
    ? 'The only configured source'
    : all === 2
      ? 'Both configured sources'
      : `All ${all} configured sources`
}

const why = ({ name, why }: LiveSource): Evidence => ({ text: `${name}: ${why}` })
