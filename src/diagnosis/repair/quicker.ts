/**
 * Edits of ntp.conf and chrony.conf by which a daemon comes back sooner after a pause: the settings that the lab found best
 * (lab/forecast/changes.ts), as changes of lines that keep what else stands there. Short polls only for servers on private
 * networks: whether the owner of another one agrees to be asked every 16 s, nobody here knows.
 */
import type { ConfigurationFile, TimeDaemon } from '#core/guest/inventory.ts'
import { linesOf } from '#dialects/named-source.ts'
import { defaultsOf } from '#dialects/ntpd/defaults.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import type { Action } from './action.ts'
import { appendLines } from './append.ts'

const SOURCE = /^(\s*(?:server|pool|peer)\s+(\S+))([^#!]*)(.*)$/i
const PRIVATE =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:)/i

/** 16 s and 64 s; nobody else's servers are asked so often. */
const MINPOLL = 4
const MAXPOLL = 6
const USUAL_MAXPOLL = 10

/** Empty for daemons that have no such settings. */
export function quickerEdits(daemon: TimeDaemon): Action[] {
  const [main] = daemon.configuration
  if (!main) return []
  const polls = daemon.configuration.flatMap(longPolls).filter(isEditable).map(shortPolls)
  if (daemon.name === 'chronyd') return polls
  if (daemon.name !== 'ntpd' && daemon.name !== 'ntpsec') return []
  const wanted = ['tos maxdist 16', ...(heedsStepout(daemon) ? ['tinker stepout 10'] : [])]
  const lines = wanted.filter(line => !says(daemon, line))
  return lines.length === 0
    ? polls
    : [...polls, appendLines(main.path, 'So that a pause of this guest is corrected soon.', lines)]
}

interface Asked {
  readonly path: string
  readonly line: number
  readonly text: string
  readonly address: string
}

/** Servers that may be asked as seldom as every 17 min. */
const longPolls = ({ path, text }: ConfigurationFile): Asked[] =>
  linesOf(text).flatMap((line, index) => {
    const [, , address, options = ''] = SOURCE.exec(line) ?? []
    if (address === undefined || address.startsWith('127.127.')) return []
    const longest = Number(/\smaxpoll\s+(-?\d+)/i.exec(options)?.[1] ?? USUAL_MAXPOLL)
    return longest <= MAXPOLL ? [] : [{ path, line: index + 1, text: line, address }]
  })

const isEditable = ({ path, address }: Asked): boolean => path.startsWith('/etc/') && PRIVATE.test(address)

/** Are there servers left that are asked seldom, because nobody here may ask them more often? */
export const hasLongPolls = ({ configuration }: TimeDaemon): boolean =>
  configuration.flatMap(longPolls).some(asked => !isEditable(asked))

function shortPolls({ path, line, text }: Asked): Action {
  const [, head = '', , options = '', comment = ''] = SOURCE.exec(text) ?? []
  const least = Math.min(MINPOLL, Number(/\sminpoll\s+(-?\d+)/i.exec(options)?.[1] ?? MINPOLL))
  const kept = options.replace(/\s+(?:min|max)poll\s+-?\d+/gi, '').trimEnd()
  const changed = `${head}${kept} minpoll ${least} maxpoll ${MAXPOLL}${comment === '' ? '' : ` ${comment}`}`
  return { kind: 'edit', file: path, edit: { kind: 'replace', line, text: changed } }
}

/** Later versions take a stepout below 300 s for 300 s. */
function heedsStepout({ name, version }: TimeDaemon): boolean {
  const parsed = parseVersion(`${name === 'ntpsec' ? 'ntpsec ' : ''}${version?.value ?? ''}`)
  return parsed !== undefined && defaultsOf(parsed).leastStepout === 0
}

/** Is the first value of this setting given already, whatever it is? */
function says({ configuration }: TimeDaemon, line: string): boolean {
  const [command, setting] = line.split(' ')
  return configuration.some(({ text }) => new RegExp(`^\\s*${command}\\b.*\\b${setting}\\b`, 'im').test(text))
}
