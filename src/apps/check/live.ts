/** Measures this machine: its sources once, the host's clock where it can be read, and what the kernel thinks of its own clock. */
import type { SourceStatus, Status } from '#core/agent/status.ts'
import { selectTruechimers } from '#core/discipline/select.ts'
import { HOST_CLOCK } from '#core/guest/host-clock.ts'
import type { LiveFacts, LiveSource } from '#diagnosis/machine/subject.ts'
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
  const { agent, sourcesFrom, assumed } = effectiveAgent(loadConfig(config))
  const status = await measureOnce(agent.sources, { samples: SAMPLES, timeout: TIMEOUT, agent, signal })
  return { ...liveFactsOf(status, assumed), sourcesFrom }
}

/** Servers that nobody on this machine named are no fault of it when they are silent. */
function liveFactsOf(status: Status, assumed: boolean): LiveFacts {
  const sources = liveSources(status).filter(({ answers }) => answers || !assumed)
  const host = status.sources.find(({ address }) => address === HOST_CLOCK)
  const loaded = loadLibc()
  return {
    ...agreedOffset(sources),
    sources,
    hostClock: host && sourceOf(host),
    kernelClock: loaded.kind === 'loaded' ? readKernelClock(loaded.libc) : undefined,
  }
}

/** Those on the network that have not been given up. */
export const liveSources = ({ sources }: Status): LiveSource[] =>
  sources.filter(({ name, state }) => name !== HOST_CLOCK && state !== 'stopped').map(sourceOf)

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

const sourceOf = (source: SourceStatus): LiveSource => ({
  name:
    source.name === source.address || source.address === ''
      ? source.name
      : `${source.name} (${source.address})`,
  address: source.address || source.name,
  answers: source.accepted > 0,
  why: source.accepted > 0 ? undefined : reasonText(source),
  offset: source.accepted > 0 ? source.offset : undefined,
  bound: source.accepted > 0 ? source.rootDistance : undefined,
})
