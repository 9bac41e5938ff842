/**
 * What an operator could change so that a guest recovers sooner: edits of the configuration that is there, one at a time and
 * together, and other daemons. An edit that changes nothing (because it is there already, or because this version does not heed
 * it) is not offered.
 */
import type { Seconds } from '#core/time/units.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { settingsOf } from '#dialects/ntpd/settings.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { withPolls } from '#dialects/polls.ts'
import { namedBy, type PlayerSpec } from '../players/player.ts'
import { SHORT, sayShortPolls, shortPolls, shortPollsForAll } from './short-polls.ts'

export interface Change {
  /** Of what is there, or another daemon in its place. */
  readonly kind: 'edit' | 'daemon'
  /** In a few words: `polls 4 to 6, panic 0`. */
  readonly name: string
  /** What is to be done, for somebody who does it. */
  readonly how: string
  readonly player: PlayerSpec
}

type Ntpd = Extract<PlayerSpec, { kind: 'ntpd' }>
type Chronyd = Extract<PlayerSpec, { kind: 'chronyd' }>
type Clockwright = Extract<PlayerSpec, { kind: 'clockwright' }>

interface Edit<S extends PlayerSpec> {
  readonly name: string
  readonly how: string
  apply(player: S): S
}

export function changesFor(player: PlayerSpec, pause: Seconds): Change[] {
  const own =
    player.kind === 'ntpd'
      ? combined(player, ntpdEdits(player, pause))
      : player.kind === 'chronyd'
        ? combined(player, chronyEdits(player))
        : player.kind === 'clockwright'
          ? combined(player, ownEdits(player))
          : []
  return [...own, ...others(player)]
}

/** Each alone, and then one after the other on top of those before it, in the order of their need. */
function combined<S extends PlayerSpec>(player: S, edits: readonly Edit<S>[]): Change[] {
  const sets = [...edits.map(edit => [edit]), ...edits.slice(1).map((_, i) => edits.slice(0, i + 2))]
  return sets.map(set => ({
    kind: 'edit',
    name: set.map(({ name }) => name).join(', '),
    how: set.map(({ how }) => how).join('; '),
    player: set.reduce((changed, edit) => edit.apply(changed), player),
  }))
}

function ntpdEdits(player: Ntpd, pause: Seconds): Edit<Ntpd>[] {
  const conf = parseConf(player.config ?? '', 'ntp.conf')
  const version = parseVersion(player.version)
  if (!version) return []
  const options = parseOptions(player.options.split(/\s+/))
  const settings = settingsOf(conf, options, version)
  const edits: Edit<Ntpd>[] = []
  // Also with -g: it forgives one offset, and that one was at the start.
  if (settings.panic > 0 && pause > 0.9 * settings.panic)
    edits.push({
      name: 'panic 0',
      how: 'add "tinker panic 0", or ntpd ends',
      apply: withLine('tinker panic 0'),
    })
  if (options.slew)
    edits.push({
      name: 'no -x',
      how: 'take -x out of the options of ntpd',
      apply: each => ({ ...each, options: withoutSlew(each.options) }),
    })
  if (!hasShortPolls(conf.associations))
    edits.push({
      ...sayShortPolls(
        namedBy(player),
        ([least, most]) => `add "minpoll ${least} maxpoll ${most}"`,
        'to each server',
      ),
      apply: each => ({ ...each, config: withShortPolls(each.config ?? '') }),
    })
  if (settings.maxdist < 16)
    edits.push({
      name: 'maxdist 16',
      how: 'add "tos maxdist 16", so that the pause itself does not make the server look too far away',
      apply: withLine('tos maxdist 16'),
    })
  if (settings.defaults.leastStepout === 0 && settings.stepout > 60)
    edits.push({ name: 'stepout 10', how: 'add "tinker stepout 10"', apply: withLine('tinker stepout 10') })
  return edits
}

function chronyEdits(player: Chronyd): Edit<Chronyd>[] {
  const { said, sources } = readChronyConf(player.config ?? '', 'chrony.conf')
  const edits: Edit<Chronyd>[] = []
  if (said.makestep?.limit !== -1)
    edits.push({
      name: 'makestep 1 -1',
      how: 'write "makestep 1 -1": steps are allowed at any time, not only in the first updates',
      apply: each => ({ ...each, config: withMakestep(each.config ?? '') }),
    })
  if (!hasShortPolls(sources))
    edits.push({
      ...sayShortPolls(
        namedBy(player),
        ([least, most]) => `add "minpoll ${least} maxpoll ${most}"`,
        'to each server',
      ),
      apply: each => ({ ...each, config: withShortPolls(each.config ?? '') }),
    })
  return edits
}

function ownEdits(player: Clockwright): Edit<Clockwright>[] {
  const { config, polls } = player
  const longest = config ? Math.max(...config.sources.map(({ maxpoll }) => maxpoll)) : (polls ?? [])[1]
  if (longest !== undefined && longest <= SHORT) return []
  const asked = namedBy(player)
  const write = ([least, most]: readonly [number, number]) =>
    `write "minpoll = ${least}" and "maxpoll = ${most}"`
  return [
    {
      ...sayShortPolls(asked, write, 'in each [[source]]'),
      apply: each => ({
        ...each,
        polls: shortPollsForAll(asked),
        ...(each.config && {
          config: {
            ...each.config,
            sources: each.config.sources.map(source => {
              const [minpoll, maxpoll] = shortPolls(source.address)
              return { ...source, minpoll, maxpoll }
            }),
          },
        }),
      }),
    },
  ]
}

function others(player: PlayerSpec): Change[] {
  const changes: Change[] = []
  const polls = shortPollsForAll(namedBy(player))
  const [least, most] = polls
  if (player.kind !== 'chronyd')
    changes.push({
      kind: 'daemon',
      name: 'chrony',
      how: `run chronyd instead, with "makestep 1 -1" and "minpoll ${least} maxpoll ${most}" for each server`,
      player: { kind: 'chronyd', name: 'chrony', config: chronyConf(player) },
    })
  if (player.kind !== 'clockwright')
    changes.push({
      kind: 'daemon',
      name: 'clockwright',
      how: `run "clockwright run --discipline" instead, with minpoll = ${least} and maxpoll = ${most} for each source`,
      player: { kind: 'clockwright', name: 'clockwright', polls },
    })
  return changes
}

function chronyConf(player: PlayerSpec): string {
  const [least, most] = shortPollsForAll(namedBy(player))
  const servers =
    player.kind === 'ntpd'
      ? parseConf(player.config ?? '', 'ntp.conf')
          .associations.filter(
            ({ kind, address }) => kind === 'server' || (kind === 'pool' && address !== ''),
          )
          .filter(({ address }) => !address.startsWith('127.127.'))
          .map(({ kind, address }) => `${kind} ${address}`)
      : ['pool pool.ntp.org']
  const polled = servers.map(server => `${server} iburst minpoll ${least} maxpoll ${most}`)
  return [...polled, 'makestep 1 -1', 'rtcsync'].join('\n')
}

/** Every source is asked every 64 s or more often. */
function hasShortPolls(
  sources: readonly { readonly options: { readonly values: ReadonlyMap<string, string> } }[],
): boolean {
  return sources.every(({ options }) => Number(options.values.get('maxpoll') ?? 10) <= SHORT)
}

const withShortPolls = (config: string): string =>
  config
    .split('\n')
    .map(line => withPolls(line, shortPolls)?.text ?? line)
    .join('\n')

const withMakestep = (config: string): string =>
  `${config.replace(/^\s*makestep\s.*$/gim, '')}\nmakestep 1 -1\n`

const withLine =
  (line: string) =>
  (player: Ntpd): Ntpd => ({ ...player, config: `${player.config ?? ''}\n${line}\n` })

const withoutSlew = (options: string): string =>
  options
    .split(/\s+/)
    .map(word => (word === '--slew' ? '' : /^-[a-zA-Z]*x/.test(word) ? word.replace('x', '') : word))
    .filter(word => word !== '' && word !== '-')
    .join(' ')
