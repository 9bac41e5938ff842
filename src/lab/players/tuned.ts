/**
 * A known player with a few of its settings changed, as a form or a slider changes them: what a scenario then says of it. Where
 * nothing is changed it is named, else its configuration is written out.
 */
import type { PollLog2, Seconds } from '#core/time/units.ts'
import type { ScenarioPlayer } from '../scenario/schema.ts'
import { KNOWN_PLAYERS } from './known.ts'

export interface Tuning {
  /** Shortest and longest poll, for every server. */
  readonly polls?: readonly [PollLog2, PollLog2] | undefined
  /** ntpd -g: without it an offset beyond the panic threshold ends ntpd at its start, too. */
  readonly forgiving?: boolean | undefined
  /** ntpd -x: slew up to 600 s. */
  readonly slew?: boolean | undefined
  /** tinker step, stepout and panic; tos maxdist. */
  readonly step?: Seconds | undefined
  readonly stepout?: Seconds | undefined
  readonly panic?: Seconds | undefined
  readonly maxdist?: Seconds | undefined
  /** chronyd: beyond so much it steps, in its first so many updates (-1: in all); `never` leaves the line out. */
  readonly makestep?: readonly [threshold: Seconds, updates: number] | 'never' | undefined
}

/** Which settings each known player has. */
export function settingsOf(use: string): readonly (keyof Tuning)[] {
  const player = KNOWN_PLAYERS[use]?.player
  if (player?.kind === 'chronyd') return ['polls', 'makestep']
  if (player?.kind === 'ntpd' && player.again === undefined)
    return ['polls', 'forgiving', 'slew', 'step', 'stepout', 'panic', 'maxdist']
  return []
}

export function tunedPlayer(
  use: string,
  tuning: Tuning,
  { name, addresses }: { readonly name: string; readonly addresses: readonly string[] },
): ScenarioPlayer {
  const known = KNOWN_PLAYERS[use]
  const settings = settingsOf(use)
  const said = Object.entries(tuning).filter(
    ([key, value]) => value !== undefined && settings.includes(key as keyof Tuning),
  )
  if (!known || said.length === 0) return name === use ? { use } : { use, name }
  const { player, lines = [] } = known
  const polls = tuning.polls ? ` minpoll ${tuning.polls[0]} maxpoll ${tuning.polls[1]}` : ''
  const servers = addresses.map(address => `server ${address} iburst${polls}`)
  if (player.kind === 'chronyd')
    return { name, daemon: 'chrony', config: text([...servers, ...withMakestep(lines, tuning.makestep)]) }
  if (player.kind !== 'ntpd') return { use, name }
  return {
    name,
    daemon: player.version.startsWith('ntpsec') ? player.version : `ntpd-${player.version}`,
    options: optionsOf(tuning),
    config: text([...servers, ...lines, ...tinkered(tuning)]),
  }
}

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`

/** -n, which keeps ntpd in the foreground, stands for a command line that says nothing. */
const optionsOf = ({ forgiving = true, slew = false }: Tuning): string =>
  [forgiving ? '-g' : '', slew ? '-x' : ''].filter(option => option !== '').join(' ') || '-n'

const tinkered = ({ step, stepout, panic, maxdist }: Tuning): string[] => [
  ...Object.entries({ step, stepout, panic }).flatMap(([key, value]) =>
    value === undefined ? [] : [`tinker ${key} ${value}`],
  ),
  ...(maxdist === undefined ? [] : [`tos maxdist ${maxdist}`]),
]

function withMakestep(lines: readonly string[], makestep: Tuning['makestep']): string[] {
  if (makestep === undefined) return [...lines]
  const others = lines.filter(line => !line.startsWith('makestep'))
  return makestep === 'never' ? others : [`makestep ${makestep[0]} ${makestep[1]}`, ...others]
}
