/** Short polls in the lines of ntp.conf and chrony.conf that name servers. */
import { withPolls } from '#dialects/polls.ts'
import { list } from '../../players/left-out.ts'
import { namedBy, type PlayerSpec } from '../../players/player.ts'
import { SHORT, sayShortPolls, shortPolls } from '../short-polls.ts'
import { type Edit, ofText } from './edit.ts'

type Configured = Extract<PlayerSpec, { kind: 'ntpd' | 'chronyd' }>

interface Source {
  readonly options: { readonly values: ReadonlyMap<string, string> }
  readonly address: string
}

/** Of those that may be asked more seldom than every 64 s; the lines of the others stay as they are. */
export function sourcePolls<S extends Configured>(player: S, sources: readonly Source[]): Edit<S>[] {
  const seldom = sources.filter(({ options }) => Number(options.values.get('maxpoll') ?? 10) > SHORT)
  if (seldom.length === 0) return []
  const named = namedBy(player)
  const asked = seldom.map(({ address }) => address).filter(address => named.includes(address))
  const write = ([least, most]: readonly [number, number]) => `add "minpoll ${least} maxpoll ${most}"`
  const toThose = (those: readonly string[]) =>
    asked.length === named.length ? 'to each server' : `to ${list(those)}`
  return [{ ...sayShortPolls(asked, write, toThose), apply: ofText(withShortPolls) }]
}

const withShortPolls = (config: string): string =>
  config
    .split('\n')
    .map(line => (isOften(line) ? line : (withPolls(line, shortPolls)?.text ?? line)))
    .join('\n')

function isOften(line: string): boolean {
  const [, maxpoll] = /^[^#!]*\smaxpoll\s+(\d+)/i.exec(line) ?? []
  return maxpoll !== undefined && Number(maxpoll) <= SHORT
}
