/** From the lines of ntp.conf to associations: which of them this model can play, with what limits of their polls. */
import type { PollLog2 } from '#core/time/units.ts'
import type { NtpdAssociation, NtpdConf } from '#dialects/ntpd/conf.ts'
import { pollLimits } from '#dialects/ntpd/poll-limits.ts'
import type { NtpdSettings } from '#dialects/ntpd/settings.ts'
import { LOCAL_CLOCK, REFERENCE_CLOCK } from '#dialects/ntpd/sources.ts'
import type { AssociationConfig } from './association.ts'

/** Somebody to ask: by address at once, by name when it is resolved; of a pool's addresses several are taken. */
export interface Wanted {
  readonly name: string
  readonly pool: boolean
  readonly config: Omit<AssociationConfig, 'address'>
}

/** The local clock's stratum without `fudge`. */
const LOCAL_STRATUM = 5

export function wantedBy(
  conf: NtpdConf,
  settings: NtpdSettings,
): { wanted: Wanted[]; listens: boolean; unplayed: NtpdAssociation[] } {
  const wanted: Wanted[] = []
  const unplayed: NtpdAssociation[] = []
  let listens = false
  for (const line of conf.associations) {
    const config = configOf(line, conf, settings)
    if (config) wanted.push({ name: line.address, pool: line.kind === 'pool', config })
    else if (mayListen(line, conf, settings)) listens = true
    else unplayed.push(line)
  }
  return { wanted, listens, unplayed }
}

/** Whom nobody has named is believed without a key only where keys are not asked for; NTPsec listens to nobody. */
const mayListen = ({ kind, options }: NtpdAssociation, conf: NtpdConf, settings: NtpdSettings): boolean =>
  (kind === 'broadcastclient' || kind === 'multicastclient') &&
  !options.flags.has('novolley') &&
  settings.defaults.generation !== 'ntpsec' &&
  conf.switches.get('auth')?.value === false

/** A server that was heard: asked a few times at first, at the interval at which it sends. */
export const heardServer = (address: string, poll: PollLog2): AssociationConfig => ({
  kind: 'server',
  address,
  minpoll: poll,
  maxpoll: poll,
  iburst: true,
  burst: false,
  prefer: false,
  true: false,
  noselect: false,
  preempt: true,
  version: 4,
  bias: 0,
})

function configOf(
  { kind, address, options }: NtpdAssociation,
  conf: NtpdConf,
  settings: NtpdSettings,
): Omit<AssociationConfig, 'address'> | undefined {
  const local = kind === 'server' && LOCAL_CLOCK.test(address)
  if (!local && REFERENCE_CLOCK.test(address)) return undefined
  if (kind !== 'server' && kind !== 'pool' && kind !== 'peer') return undefined
  const { defaults, quit } = settings
  const number = (option: string): number | undefined => {
    const value = options.values.get(option)
    return value === undefined ? undefined : Number(value)
  }
  // The local clock is looked at every 64 s.
  const limits = pollLimits(options.values, defaults, local ? defaults.minpoll : defaults.maxpoll)
  if (!limits) return undefined
  return {
    kind: local ? 'local' : kind === 'peer' ? 'peer' : 'server',
    ...limits,
    iburst: quit || options.flags.has('iburst'),
    burst: options.flags.has('burst'),
    prefer: options.flags.has('prefer'),
    true: options.flags.has('true'),
    noselect: options.flags.has('noselect'),
    preempt: kind === 'pool' || options.flags.has('preempt'),
    version: number('version') ?? 4,
    bias: number('bias') ?? 0,
    ...(local ? { fudge: fudgeOf(address, conf) } : {}),
  }
}

function fudgeOf(address: string, conf: NtpdConf): { stratum: number; offset: number } {
  const said = conf.fudges.filter(fudge => fudge.address === address)
  const number = (option: string, usual: number) =>
    Number(said.findLast(fudge => fudge.options.values.has(option))?.options.values.get(option) ?? usual)
  return { stratum: number('stratum', LOCAL_STRATUM), offset: number('time1', 0) }
}
