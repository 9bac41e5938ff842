/**
 * Whom to play, as it is written on a command line: the name of a known player, or [DAEMON[,OPTION...]:]FILE, as in
 * `/etc/ntp.conf`, `ntpd-4.2.6p5,-g,-x:ntp.conf`, `chrony:my.conf`, `clockwright:clockwright.toml`. A comma within an option
 * has a backslash before it. Options may hold colons (`-u,ntp:ntp`), and names of files may: the file is the longest end of
 * what is written that is one.
 */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { grouped } from '#core/grouped.ts'
import { nearest } from '#dialects/nearest.ts'
import { configuredPlayer, daemonOf } from '#lab/players/configured.ts'
import { isDaemon, KNOWN_DAEMONS, whyNotWith } from '#lab/players/daemon-name.ts'
import { KNOWN_PLAYERS, knownPlayer } from '#lab/players/known.ts'
import { namesNobody, type PlayerSpec } from '#lab/players/player.ts'
import type { Scenario } from '#lab/scenario/schema.ts'
import { hostNames } from '../analyze/hosts.ts'
import { Complaint } from '../cli/complain.ts'
import { agentConfigOf, sourceOf } from '../daemon/config/effective.ts'
import { loadConfig } from '../daemon/config/load.ts'
import { readConfigurationOf } from './read-configuration.ts'
import { readNamed } from './read-named.ts'

export interface Chosen {
  readonly player: PlayerSpec
  readonly notes: readonly string[]
  /** Of the file that he has his name from. */
  readonly path?: string
}

export function choosePlayers(
  written: readonly string[],
  story: Pick<Scenario, 'server' | 'hypervisor'>,
): Chosen[] {
  const chosen = namedByFolder(written.map(each => choosePlayer(each, story)))
  return chosen.map((each, i) => {
    const before = chosen.slice(0, i).filter(({ player }) => player.name === each.player.name).length
    return before === 0
      ? each
      : { ...each, player: { ...each.player, name: `${each.player.name} (${before + 1})` } }
  })
}

/** Files of one name are told apart by what their paths do not share; one file twice is not. */
function namedByFolder(chosen: readonly Chosen[]): Chosen[] {
  const namesakes = grouped(chosen, ({ player }) => player.name)
  return chosen.map(each => {
    const { player, path } = each
    const paths = [...new Set(namesakes.get(player.name)!.map(one => one.path))]
    if (path === undefined || paths.length < 2) return each
    const shown = hostNames(
      paths.map(one => (one ?? '').split('/')),
      path,
    )
    const front = player.name.slice(0, -basename(path).length)
    return { ...each, player: { ...player, name: `${front}${shown[paths.indexOf(path)]}` } }
  })
}

export function choosePlayer(written: string, story: Pick<Scenario, 'server' | 'hypervisor'>): Chosen {
  const known = knownPlayer(
    written,
    story.server.map(({ address }) => address),
  )
  if (known) return { player: known, notes: [] }
  const { daemon, options, path } = partsOf(written)
  if (daemon !== undefined && daemon !== 'clockwright' && !isDaemon(daemon))
    throw new Complaint(
      `${written}: ${daemon} is no daemon that is known here: "clockwright", ${KNOWN_DAEMONS}`,
    )
  if (!existsSync(path)) throw new Complaint(notThere(written, path))
  const isToml = daemon === undefined && path.endsWith('.toml')
  if (daemon === 'clockwright' || (isToml && !isOfNtpdRs(readNamed(path)))) return ownAgent(path)
  const configured = configuredPlayer({
    name: basename(path),
    ...readConfigurationOf(path, {
      daemon,
      options: options.length > 0 ? options.join(' ') : undefined,
    }),
  })
  if (!configured)
    throw new Complaint(
      `${path}: is no configuration of a daemon that is known here, as far as can be told; write ntpd-4.2.8p15:${path}`,
    )
  const { player, notes } = configured
  const idle = options.length > 0 ? whyNotWith(player.kind, options.join(' ')) : undefined
  if (idle !== undefined) throw new Complaint(`${written}: ${idle}`)
  if (namesNobody(player, story)) throw new Complaint(`${path}: ${configured.namesNobody}`)
  const said = daemon ?? (configured.guessed ? player.kind : undefined)
  const called = said === undefined ? player.name : [said, ...options, player.name].join(' ')
  return {
    player: { ...player, name: called },
    notes: notes.map(note => `${path}: ${note}`),
    path: resolve(path),
  }
}

interface Parts {
  readonly daemon: string | undefined
  readonly options: readonly string[]
  readonly path: string
}

function partsOf(written: string): Parts {
  const colons = [...written.matchAll(/:(?=.)/gs)].map(({ index }) => index)
  const colon = colons.find(at => existsSync(written.slice(at + 1))) ?? colons.at(-1)
  const begins = /^[a-z][^/:,]*[,:]/.test(written)
  if (colon === undefined || !begins) return { daemon: undefined, options: [], path: written }
  const [daemon, ...options] = written
    .slice(0, colon)
    .split(/(?<!\\),/)
    .map(word => word.replaceAll('\\,', ','))
  return { daemon, options, path: written.slice(colon + 1) }
}

/** Both have [[source]]; there each has a `mode`. */
const isOfNtpdRs = (text: string): boolean => daemonOf(text, '') === 'ntpd-rs' && /^\s*mode\s*=/m.test(text)

function ownAgent(path: string): Chosen {
  const { config } = loadConfig(path)
  const sources = config.source.map(sourceOf)
  if (sources.length === 0) throw new Complaint(`${path}: has no [[source]]`)
  const player = {
    kind: 'clockwright',
    name: basename(path),
    config: agentConfigOf(config, sources),
  } as const
  return { player, notes: [], path: resolve(path) }
}

function notThere(written: string, path: string): string {
  const names = Object.keys(KNOWN_PLAYERS)
  const longer = names.filter(name => name.startsWith(`${written}-`))
  const near = longer.length > 0 ? longer.join(' or ') : nearest(written, names)
  const hint = near ? `did you mean ${near}?` : `known players are: ${names.join(', ')}`
  return `${path}: there is no such file, and no player of that name; ${hint}`
}
