/** Players out of configuration files: which daemon a text is for, and what of it cannot be played. */
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { REFERENCE_CLOCK } from '#dialects/ntpd/sources.ts'
import type { PlayerSpec } from './player.ts'

/** The version that is played when nobody says which. */
export const USUAL_NTPD = '4.2.8p15'
const USUAL_OPTIONS = '-g'

export interface Configured {
  readonly player: PlayerSpec
  /** What was assumed, and which lines are played as if they were not there. */
  readonly notes: readonly string[]
}

/** Whose configuration is it? Of the one that understands more of its lines; where both do, the name of the file tells. */
export function daemonOf(text: string, file: string): 'ntpd' | 'chronyd' | undefined {
  const ntpd = parseConf(text, '')
  const chrony = readChronyConf(text, '')
  const [strange, strangeToChrony] = [ntpd.notUnderstood.length, chrony.notUnderstood.length]
  if (ntpd.associations.length === 0 && chrony.sources.length === 0 && strange > 0 && strangeToChrony > 0)
    return undefined
  if (strange === strangeToChrony) return /ntp[^/]*$/.test(file) ? 'ntpd' : 'chronyd'
  return strangeToChrony < strange ? 'chronyd' : 'ntpd'
}

/**
 * `daemon` is as a person writes it: `chrony`, `ntpd-4.2.6p5`, `ntpsec-1.2.2`; without it the text says whose it is. Undefined
 * when it is nobody's that is known here.
 */
export function configuredPlayer(said: {
  readonly name: string
  readonly daemon?: string | undefined
  readonly options?: string | undefined
  readonly text: string
}): Configured | undefined {
  const { name, daemon, text } = said
  const kind = daemon === undefined ? daemonOf(text, name) : /^chrony/.test(daemon) ? 'chronyd' : 'ntpd'
  if (kind === undefined) return undefined
  if (kind === 'chronyd') {
    const { notUnderstood, includes, refclocks } = readChronyConf(text, name)
    return {
      player: { kind, name, config: text },
      notes: [
        ...notUnderstood.map(({ line, why }) => `line ${line}: ${why}`),
        ...includes.map(({ line }) => `line ${line}: other files are not read`),
        ...refclocks.map(({ line }) => `line ${line}: reference clocks are not played`),
      ],
    }
  }
  const conf = parseConf(text, name)
  const version = daemon?.replace(/^ntpd-/, '') ?? USUAL_NTPD
  const options = said.options ?? USUAL_OPTIONS
  const assumed = [
    ...(daemon === undefined ? [`played as ntpd ${USUAL_NTPD}`] : []),
    ...(said.options === undefined ? [`with the options ${USUAL_OPTIONS}`] : []),
  ]
  return {
    player: { kind, name, version, options, config: text },
    notes: [
      ...(assumed.length > 0 ? [`${assumed.join(' ')}, because nothing else was said`] : []),
      ...conf.notUnderstood.map(({ line, why }) => `line ${line}: ${why}`),
      ...conf.includes.map(({ line }) => `line ${line}: other files are not read`),
      ...conf.associations
        .filter(({ kind, address }) => kind === 'refclock' || REFERENCE_CLOCK.test(address))
        .filter(({ address }) => !address.startsWith('127.127.1.'))
        .map(({ line }) => `line ${line}: reference clocks are not played`),
    ],
  }
}
