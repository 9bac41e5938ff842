/** What of ntp.conf and of the command line of ntpd may stand in the way of a clock that is to come back soon. */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { readCommands } from '#dialects/ntpd/commands.ts'
import { type NtpdConf, parseConf } from '#dialects/ntpd/conf.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { settingsOf } from '#dialects/ntpd/settings.ts'
import { withoutName, withoutSetting } from '#dialects/ntpd/take-out.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { type PlayerSpec, serversAsked } from '../../players/player.ts'
import { type Edit, NEAR, ofText } from './edit.ts'
import { withoutRestrict } from './restrict.ts'
import { ONLY_WATCHED, withoutSourceFlag } from './source-flag.ts'
import { sourcePolls } from './source-polls.ts'

type Ntpd = Extract<PlayerSpec, { kind: 'ntpd' }>

const STEPS = ['step', 'stepfwd', 'stepback'] as const

export function ntpdEdits(player: Ntpd, pause: Seconds): Edit<Ntpd>[] {
  const text = player.config ?? ''
  const version = parseVersion(player.version)
  const conf = parseConf(text, 'ntp.conf', version)
  if (!version) return []
  const options = parseOptions(player.options.split(/\s+/))
  const settings = settingsOf(conf, options, version)
  const { defaults } = settings
  const asked = serversAsked(player)
  const edits: Edit<Ntpd>[] = []
  if (!settings.disciplines)
    edits.push({
      name: 'no disable ntp',
      how: 'take "ntp" out of "disable": with it ntpd measures, and leaves the clock alone',
      apply: ofText(without('disable', 'ntp', withoutName)),
    })
  edits.push(...withoutSourceFlag<Ntpd>(conf.associations, 'noselect', ONLY_WATCHED))
  edits.push(...withoutRestrict(player), ...withoutStratum(conf))
  if (settings.minsane > asked)
    edits.push({
      name: `minsane ${asked}`,
      how: `write "tos minsane ${asked}": with "minsane ${settings.minsane}" nobody is believed where so few are asked`,
      apply: withLine(`tos minsane ${asked}`),
    })
  // Also with -g: it forgives one offset, and that one was at the start.
  if (settings.panic > 0 && pause > NEAR * settings.panic)
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
  const rarely = STEPS.filter(name => isRare(conf.tinker.get(name)?.value, defaults.step))
  if (rarely.length > 0)
    edits.push({
      name: rarely.map(name => `no tinker ${name}`).join(', '),
      how: `take ${rarely.map(name => `"${name} ${conf.tinker.get(name)!.value}"`).join(' and ')} out of "tinker": by default what is larger than ${duration(defaults.step)} is stepped`,
      apply: ofText(config =>
        rarely.reduce((left, name) => without('tinker', name, withoutSetting)(left), config),
      ),
    })
  edits.push(...sourcePolls(player, conf.associations))
  if (settings.maxdist < 16)
    edits.push({
      name: 'maxdist 16',
      how: 'add "tos maxdist 16", so that the pause itself does not make the server look too far away',
      apply: withLine('tos maxdist 16'),
    })
  if (defaults.leastStepout === 0 && settings.stepout > 60)
    edits.push({ name: 'stepout 10', how: 'add "tinker stepout 10"', apply: withLine('tinker stepout 10') })
  else if (settings.stepout > defaults.stepout)
    edits.push({
      name: 'no tinker stepout',
      how: `take "stepout ${settings.stepout}" out of "tinker": by default ntpd waits ${duration(defaults.stepout)} before it steps`,
      apply: ofText(without('tinker', 'stepout', withoutSetting)),
    })
  return edits
}

/** A step that comes later than by default, or never. */
const isRare = (said: Seconds | undefined, usual: Seconds): boolean =>
  said !== undefined && (said <= 0 || said > usual)

const STRATUM = ['floor', 'ceiling'] as const

/** By which servers of some strata are not believed. */
function withoutStratum({ tos }: NtpdConf): Edit<Ntpd>[] {
  const said = STRATUM.filter(name => tos.has(name))
  if (said.length === 0) return []
  const words = said.map(name => `"${name} ${tos.get(name)!.value}"`).join(' and ')
  return [
    {
      name: said.map(name => `no tos ${name}`).join(', '),
      how: `take ${words} out of "tos": for it servers are not believed by their stratum`,
      apply: ofText(config =>
        said.reduce((left, name) => without('tos', name, withoutSetting)(left), config),
      ),
    },
  ]
}

/** Takes a thing out of every command of that name. */
const without =
  (command: string, thing: string, takeOut: (line: string, thing: string) => string | undefined) =>
  (config: string): string => {
    const said = readCommands(config).filter(({ name, words }) => name === command && words.includes(thing))
    const lines = new Set(said.map(({ line }) => line))
    return config
      .split('\n')
      .map((line, index) => (lines.has(index + 1) ? (takeOut(line, thing) ?? '') : line))
      .join('\n')
  }

const withLine = (line: string) => ofText(config => `${config}\n${line}\n`)

const withoutSlew = (options: string): string =>
  options
    .split(/\s+/)
    .map(word => (word === '--slew' ? '' : /^-[a-zA-Z]*x/.test(word) ? word.replace('x', '') : word))
    .filter(word => word !== '' && word !== '-')
    .join(' ')
