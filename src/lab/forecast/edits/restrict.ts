/** Lines of ntp.conf by which ntpd drops what its own servers answer. */
import { readCommands } from '#dialects/ntpd/commands.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { deafeningOf, type Restriction, withoutDeafening } from '#dialects/ntpd/restrict.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { deafeningIn } from '../../players/left-out.ts'
import { isAsked, type PlayerSpec } from '../../players/player.ts'
import { type Edit, ofText } from './edit.ts'

type Ntpd = Extract<PlayerSpec, { kind: 'ntpd' }>

/** What asks and changes nothing is still let in: servers answer by such packets. */
const CLOSED = ['nomodify', 'notrap', 'noquery']
const FOR_SOURCES = `restrict source ${CLOSED.join(' ')}`

export function withoutRestrict(player: Ntpd): Edit<Ntpd>[] {
  const text = player.config ?? ''
  const first = deafening(text, player.version)
  if (!first) return []
  const words = deafeningOf(first)
  const line = readCommands(text).find(each => each.line === first.line)!
  const apply = ofText(config => heard(config, player.version))
  return words.length === 0
    ? [
        {
          name: 'restrict source',
          how: `write "${FOR_SOURCES}" below "${line.text}": for its "nopeer" what a pool finds is dropped`,
          apply,
        },
      ]
    : [
        {
          name: `no restrict ${words.join(' ')}`,
          how: `write "${CLOSED.join(' ')}" for "${words.join(' ')}" in "${line.text}": for it ntpd drops what its servers answer`,
          apply,
        },
      ]
}

function deafening(text: string, version: string): Restriction | undefined {
  const said = parseVersion(version)
  const asked = parseConf(text, 'ntp.conf', said).associations.filter(isAsked)
  const by = deafeningIn(text, asked, said)
  return asked.map(by).find(each => each !== undefined)
}

/** One line after the other, until none of them drops anything. */
function heard(config: string, version: string): string {
  const drops = deafening(config, version)
  if (!drops) return config
  const lines = config.split('\n')
  const before = lines[drops.line - 1]!
  const wanted = CLOSED.filter(word => !drops.flags.has(word))
  const after = deafeningOf(drops).length > 0 ? withoutDeafening(before, wanted) : `${before}\n${FOR_SOURCES}`
  if (after === before) return config
  lines[drops.line - 1] = after
  return heard(lines.join('\n'), version)
}
