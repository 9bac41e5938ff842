/**
 * Edits of ntp.conf and chrony.conf by which a daemon comes back sooner after a pause: the settings that the lab found best
 * (lab/forecast/changes.ts), as changes of lines that keep what else stands there. Short polls only for servers on private
 * networks: whether the owner of another one agrees to be asked every 16 s, nobody here knows.
 */
import type { ConfigurationFile, TimeDaemon } from '#core/guest/inventory.ts'
import { linesOf } from '#dialects/named-source.ts'
import { defaultsOf } from '#dialects/ntpd/defaults.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { withPolls } from '#dialects/polls.ts'
import type { Action } from './action.ts'
import { appendLines } from './append.ts'

const PRIVATE =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:)/i

/** Empty for daemons that have no such settings. */
export function quickerEdits(daemon: TimeDaemon): Action[] {
  const [main] = daemon.configuration
  if (!main) return []
  const polls = daemon.configuration.filter(({ path }) => path.startsWith('/etc/')).flatMap(shortPolls)
  if (daemon.name === 'chronyd') return polls
  if (daemon.name !== 'ntpd' && daemon.name !== 'ntpsec') return []
  const wanted = ['tos maxdist 16', ...(heedsStepout(daemon) ? ['tinker stepout 10'] : [])]
  const lines = wanted.filter(line => !says(daemon, line))
  return lines.length === 0
    ? polls
    : [...polls, appendLines(main.path, 'So that a pause of this guest is corrected soon.', lines)]
}

function shortPolls({ path, text }: ConfigurationFile): Action[] {
  return linesOf(text).flatMap((line, index): Action[] => {
    const changed = withPolls(line, [4, 6])
    if (!changed || !PRIVATE.test(changed.address) || changed.text === line) return []
    return [{ kind: 'edit', file: path, edit: { kind: 'replace', line: index + 1, text: changed.text } }]
  })
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
