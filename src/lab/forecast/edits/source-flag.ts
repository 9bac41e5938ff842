/** A word behind each server of ntp.conf or chrony.conf, by which none of them is of any use. */
import { isAsked, type PlayerSpec } from '../../players/player.ts'
import { type Edit, ofText } from './edit.ts'

type Configured = Extract<PlayerSpec, { kind: 'ntpd' | 'chronyd' }>

interface Source {
  readonly kind: string
  readonly address: string
  readonly options: { readonly flags: ReadonlySet<string> }
}

export const ONLY_WATCHED = 'with it they are asked, and not followed'

/** Nothing where one of them is without it: that one is then the one to be followed. */
export function withoutSourceFlag<S extends Configured>(
  sources: readonly Source[],
  flag: string,
  why: string,
): Edit<S>[] {
  const asked = sources.filter(isAsked)
  if (asked.length === 0 || !asked.every(({ options }) => options.flags.has(flag))) return []
  return [
    {
      name: `no ${flag}`,
      how: `take "${flag}" away from the servers: ${why}`,
      apply: ofText(config => withoutFlag(config, flag)),
    },
  ]
}

/** The configuration with that word behind none of its servers. */
export const withoutFlag = (config: string, flag: string): string =>
  config.replace(new RegExp(`^(\\s*(?:server|pool|peer)\\s[^#!]*?)\\s+${flag}(?!\\S)`, 'gim'), '$1')
