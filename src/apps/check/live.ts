/** Measures this machine: its sources once, the host's clock where it can be read, and what the kernel thinks of its own clock. */
import type { SourceReason } from '#core/agent/reason.ts'
import type { SourceStatus, Status } from '#core/agent/status.ts'
import { selectTruechimers } from '#core/discipline/select.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import type { PacketRefusal } from '#core/ntp/refusal.ts'
import type { LiveFacts, LiveSource, WithoutTime } from '#diagnosis/machine/subject.ts'
import { reasonText } from '#report/words/reason.ts'
import { readKernelClock } from '#worlds/host/kernel-clock.ts'
import { loadLibc } from '#worlds/libc.ts'
import { measureOnce } from '../cli/measure.ts'
import { loadConfig } from '../daemon/config/load.ts'
import { effectiveAgent } from '../daemon/prepare.ts'

/** A check is over within five seconds; a server that has not answered after this is called silent. */
const TIMEOUT = 2.5
const SAMPLES = 1

export interface Measured extends LiveFacts {
  readonly sourcesFrom: string
}

/** `config`: our own configuration file; without sources in it those of the machine's daemons are asked. */
export async function measureLive(config: string | undefined, signal: AbortSignal): Promise<Measured> {
  const { agent, sourcesFrom, assumed, itself } = effectiveAgent(loadConfig(config), { loopback: true })
  const status = await measureOnce(agent.sources, { samples: SAMPLES, timeout: TIMEOUT, agent, signal })
  return { ...liveFactsOf(status, assumed), itself, sourcesFrom }
}

/** Servers that nobody on this machine named are no fault of it when they are silent. */
function liveFactsOf(status: Status, assumed: boolean): LiveFacts {
  const sources = liveSources(status).filter(({ answers }) => answers || !assumed)
  const host = status.sources.find(({ address }) => address === HOST_CLOCK)
  const loaded = loadLibc()
  return {
    ...agreedOffset(sources),
    sources,
    assumed,
    hostClock: host && sourceOf(host),
    kernelClock: loaded.kind === 'loaded' ? readKernelClock(loaded.libc) : undefined,
  }
}

/** Those on the network, each once. */
export const liveSources = ({ sources }: Status): LiveSource[] =>
  sources.filter(({ name, reason }) => name !== HOST_CLOCK && reason !== 'asked-already').map(sourceOf)

/** Where the claims of most sources that answer meet; one sample of each is enough for that, and for no estimate. */
export function agreedOffset(sources: readonly LiveSource[]): Pick<LiveFacts, 'offset' | 'bound'> {
  const claims = sources.flatMap(({ offset, bound }) =>
    offset === undefined || bound === undefined ? [] : [{ low: offset - bound, high: offset + bound }],
  )
  const selected = selectTruechimers(claims)
  if (selected.kind === 'no-majority') return { offset: undefined, bound: undefined }
  const { low, high } = selected
  return { offset: (low + high) / 2, bound: (high - low) / 2 }
}

export function sourceOf(source: SourceStatus): LiveSource {
  const withoutTime = withoutTimeOf(source)
  const reason = withoutTime === 'refused' ? 'replies-refused' : source.reason
  return {
    name:
      source.name === source.address || source.address === ''
        ? source.name
        : `${source.name} (${source.address})`,
    address: source.address || source.name,
    answers: source.accepted > 0,
    withoutTime,
    closed: source.accepted === 0 && source.reason === 'connection-refused',
    nameless: NAMELESS.includes(source.reason),
    why: source.accepted > 0 ? undefined : reasonText({ ...source, reason }),
    offset: source.accepted > 0 ? source.offset : undefined,
    bound: source.accepted > 0 ? source.rootDistance : undefined,
    ...(source.accepted > 0 && source.stratum !== undefined && { stratum: source.stratum }),
  }
}

const NAMELESS: readonly SourceReason[] = ['name-not-found', 'resolving-name']

const SAYS: readonly (readonly [PacketRefusal, WithoutTime])[] = [
  ['kiss-deny', 'denied'],
  ['kiss-rate', 'slowed'],
  ['not-synchronised', 'unsynchronised'],
]

/** What came from elsewhere is no answer of its. */
const OF_OTHERS: readonly string[] = ['wrong-source', 'not-asked']

function withoutTimeOf({ accepted, refusals }: SourceStatus): WithoutTime | undefined {
  if (accepted > 0) return undefined
  const [, said] = SAYS.find(([refusal]) => refusals[refusal]) ?? []
  return said ?? (Object.keys(refusals).some(each => !OF_OTHERS.includes(each)) ? 'refused' : undefined)
}
