/**
 * Edits of ntp.conf and chrony.conf by which a daemon comes back sooner after a pause: the settings that the lab found best
 * (lab/forecast/changes.ts), as changes of lines that keep what else stands there. Short polls only for servers on private
 * networks: whether the owner of another one agrees to be asked every 16 s, nobody here knows.
 */
import type { ConfigurationFile, TimeDaemon } from '#core/guest/inventory.ts'
import { linesOf } from '#dialects/named-source.ts'
import { defaultsOf } from '#dialects/ntpd/defaults.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { isPrivate } from '#dialects/own-server.ts'
import { withPolls } from '#dialects/polls.ts'
import type { Action } from './action.ts'
import { appendLines } from './append.ts'

/** 16 s and 64 s; nobody else's servers are asked so often. */
const MINPOLL = 4
const MAXPOLL = 6
const USUAL_MAXPOLL = 10

/** Empty for daemons that have no such settings. `corrected`: a line with its own polls, where these are misspelt. */
export function quickerEdits(
  daemon: TimeDaemon,
  corrected: (path: string, line: number) => string | undefined = () => undefined,
): Action[] {
  const [main] = daemon.configuration
  if (!main) return []
  const polls = daemon.configuration
    .flatMap(file => longPolls(file, corrected))
    .filter(isEditable)
    .map(shortPolls)
  if (daemon.name !== 'chronyd' && !isNtpd(daemon)) return []
  const lines = lackingSettings(daemon)
  return lines.length === 0
    ? polls
    : [...polls, appendLines(main.path, 'So that a pause of this guest is corrected soon.', lines)]
}

const isNtpd = ({ name }: TimeDaemon): boolean => name === 'ntpd' || name === 'ntpsec'

/** By which ntpd trusts what it sees sooner, without asking anybody more often. */
const lackingSettings = (daemon: TimeDaemon): string[] =>
  isNtpd(daemon)
    ? ['tos maxdist 16', ...(heedsStepout(daemon) ? ['tinker stepout 10'] : [])].filter(
        line => !says(daemon, line),
      )
    : []

interface Asked {
  readonly path: string
  readonly line: number
  readonly address: string
  /** The line with short polls. */
  readonly text: string
}

/** Servers that may be asked as seldom as every 17 min. */
const longPolls = (
  { path, text }: ConfigurationFile,
  corrected: (path: string, line: number) => string | undefined = () => undefined,
): Asked[] =>
  linesOf(text).flatMap((written, index) => {
    const line = corrected(path, index + 1) ?? written
    const [least, most] = pollsIn(line)
    const short = withPolls(line, () => [Math.min(MINPOLL, least), MAXPOLL])
    return !short || most <= MAXPOLL ? [] : [{ path, line: index + 1, ...short }]
  })

function pollsIn(line: string): [number, number] {
  const said = (word: string) => new RegExp(`^[^#!]*\\s${word}\\s+(-?\\d+)`, 'i').exec(line)?.[1]
  return [Number(said('minpoll') ?? MINPOLL), Number(said('maxpoll') ?? USUAL_MAXPOLL)]
}

const isEditable = ({ path, address }: Asked): boolean => path.startsWith('/etc/') && isPrivate(address)

/** Are there servers left that are asked seldom, because nobody here may ask them more often? */
export const hasLongPolls = ({ configuration }: TimeDaemon): boolean =>
  configuration.flatMap(file => longPolls(file)).some(asked => !isEditable(asked))

/** Is one of its servers asked seldom, whoever owns it? */
export const asksSeldom = ({ configuration }: TimeDaemon): boolean =>
  configuration.flatMap(file => longPolls(file)).length > 0

const shortPolls = ({ path, line, text }: Asked): Action => ({
  kind: 'edit',
  file: path,
  edit: { kind: 'replace', line, text },
})

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
