/** What of chrony.conf may stand in the way of a clock that is to come back soon. */
import type { Seconds } from '#core/time/units.ts'
import { barredOf } from '#dialects/chrony/authselect.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { CHRONY_DEFAULTS, type SaidSettings } from '#dialects/chrony/settings.ts'
import type { ChronySource } from '#dialects/chrony/source.ts'
import { type PlayerSpec, serversAsked } from '../../players/player.ts'
import { type Edit, NEAR, ofText } from './edit.ts'
import { ONLY_WATCHED, withoutSourceFlag } from './source-flag.ts'
import { sourcePolls } from './source-polls.ts'

type Chronyd = Extract<PlayerSpec, { kind: 'chronyd' }>

const STEP_BEYOND: Seconds = 1

/** Less than the default of each is in the way of a clock that is far off, or keeps a source from being believed at all. */
const TIGHT = ['maxslewrate', 'maxdistance', 'maxjitter'] as const

export function chronyEdits(player: Chronyd, pause: Seconds): Edit<Chronyd>[] {
  const conf = readChronyConf(player.config ?? '', 'chrony.conf')
  const { said, sources, directives, refclocks } = conf
  const takeOut = (name: string, why: string): Edit<Chronyd> => ({
    name: `no ${name}`,
    how: `take "${directives.findLast(each => each.name === name)?.text ?? name}" out: ${why}`,
    apply: ofText(config => withoutDirective(config, name)),
  })
  const asked = serversAsked(player) + refclocks.length
  const edits: Edit<Chronyd>[] = []
  if (refclocks.length === 0)
    edits.push(
      ...withoutSourceFlag<Chronyd>(sources, 'noselect', ONLY_WATCHED),
      ...withoutSourceFlag<Chronyd>(sources, 'offline', 'until somebody says `chronyc online` none is asked'),
    )
  const barred = barredOf(conf).length
  if (refclocks.length === 0 && barred > 0 && barred === sources.length)
    edits.push(takeOut('authselectmode', 'by default servers that do not prove themselves are followed, too'))
  edits.push(...withoutLimits(sources))
  if ((said.minsources ?? 1) > asked)
    edits.push(takeOut('minsources', 'nobody is believed where so few are asked'))
  if (said.maxchange && pause > NEAR * said.maxchange.offset)
    edits.push(takeOut('maxchange', 'it is for clocks that never jump by themselves'))
  if (pause > NEAR * STEP_BEYOND && !stepsAtAnyTime(said))
    edits.push({
      name: 'makestep 1 -1',
      how: 'write "makestep 1 -1": steps are allowed at any time, not only in the first updates',
      apply: ofText(config => `${withoutDirective(config, 'makestep')}\nmakestep 1 -1\n`),
    })
  edits.push(...sourcePolls(player, sources))
  for (const name of TIGHT)
    if ((said[name] ?? CHRONY_DEFAULTS[name]) < CHRONY_DEFAULTS[name])
      edits.push(takeOut(name, 'the default allows more'))
  if ((said.corrtimeratio ?? 0) > CHRONY_DEFAULTS.corrtimeratio)
    edits.push(takeOut('corrtimeratio', 'by default a correction takes less time'))
  return edits
}

/** Of a source; without them it may be as far, or as unsteady, as it is. */
const LIMITS = ['maxdelay', 'maxdelayratio', 'maxdelaydevratio'] as const

function withoutLimits(sources: readonly ChronySource[]): Edit<Chronyd>[] {
  const said = LIMITS.filter(name => sources.some(({ options }) => options.values.has(name)))
  if (said.length === 0) return []
  const words = new RegExp(`^(\\s*(?:server|pool|peer)\\s[^#!]*?)\\s+(?:${said.join('|')})\\s+\\S+`, 'gim')
  const taken = (config: string): string => {
    const left = config.replace(words, '$1')
    return left === config ? config : taken(left)
  }
  return [
    {
      name: `no ${said.join(', ')}`,
      how: `take ${said.map(name => `"${name}"`).join(' and ')} away from the servers: by default slower answers are used, too`,
      apply: ofText(taken),
    },
  ]
}

const stepsAtAnyTime = ({ makestep }: SaidSettings): boolean =>
  makestep !== undefined && makestep.limit < 0 && makestep.threshold <= STEP_BEYOND

const withoutDirective = (config: string, name: string): string =>
  config.replace(new RegExp(`^\\s*${name}\\s.*$`, 'gim'), '')
