/** Short polls in the lines of ntp.conf and chrony.conf that name servers. */
import { withPolls } from '#dialects/polls.ts'
import { namedBy, type PlayerSpec } from '../../players/player.ts'
import { SHORT, sayShortPolls, shortPolls } from '../short-polls.ts'
import { type Edit, ofText } from './edit.ts'

type Configured = Extract<PlayerSpec, { kind: 'ntpd' | 'chronyd' }>

interface Source {
  readonly options: { readonly values: ReadonlyMap<string, string> }
}

/** None where every source is asked every 64 s or more often. */
export function sourcePolls<S extends Configured>(player: S, sources: readonly Source[]): Edit<S>[] {
  if (sources.every(({ options }) => Number(options.values.get('maxpoll') ?? 10) <= SHORT)) return []
  const write = ([least, most]: readonly [number, number]) => `add "minpoll ${least} maxpoll ${most}"`
  return [{ ...sayShortPolls(namedBy(player), write, 'to each server'), apply: ofText(withShortPolls) }]
}

const withShortPolls = (config: string): string =>
  config
    .split('\n')
    .map(line => withPolls(line, shortPolls)?.text ?? line)
    .join('\n')
