/**
 * Which scripts of the machine's owner does a line of shell run? By their paths (`/opt/sync.sh`, `sh /root/sync.sh`, `. /opt/lib.sh`,
 * `cd /opt && ./sync.sh`). Below the folders of the system only what is named for a script (`.sh`) is the owner's: the rest are
 * programs, known by their names, and files of settings.
 */
import { type SimpleCommand, simpleCommands } from './shell-line.ts'

export interface ScriptCall {
  readonly path: string
  /** The path, and who stands in front: what it is given may be anything. */
  readonly shown: string
  /** It is given words of its own. */
  readonly told: boolean
}

/** `user`: who may stand in front, in a crontab of the system. */
export function scriptsCalledIn(line: string, user?: string): ScriptCall[] {
  let folder = ''
  return simpleCommands(line, user).flatMap((command): ScriptCall[] => {
    const { words, before } = command
    if (words[0] === 'cd') folder = words[1] ?? ''
    const [script = '', ...given] = ranBy(command)
    const path = script.startsWith('/') ? script : `${folder}/${script.replace(/^\.\//, '')}`
    const own = /^(?:\/|\.\/)/.test(script) && isOfOwner(path)
    const sudo = /(?:^|[\s/])(?:sudo|doas)(?:\s|$)/.test(before) ? 'sudo ' : ''
    return own ? [{ path, shown: `${sudo}${path}`, told: given.length > 0 }] : []
  })
}

/** The script with its folder, and what it is given. */
function ranBy({ words: [program, ...others], text }: SimpleCommand): readonly string[] {
  const end = others.findIndex(word => /^&?\d?[<>]/.test(word))
  const given = end < 0 ? others : others.slice(0, end)
  if (!SHELL.test(program)) return [/^["']?([^\s"';|&<>()`$]+)/.exec(text)?.[1] ?? '', ...given]
  const at = given.findIndex(word => !/^[-+]/.test(word))
  return at < 0 || given.some(word => /^-\w*c$/.test(word)) ? [] : given.slice(at)
}

const SHELL = /^(?:(?:ba|da|k|z|a)?sh|\.|source)$/
const PLAIN = /^(?:\/[\w@%+=:,.-]+)+$/
const OF_SYSTEM = /^\/(?:s?bin|lib\w*|etc|usr\/(?!local\/))/
/** By their names it is known when they are run. */
const NEVER =
  /^\/(?:proc|sys|dev|etc\/(?:(?:rc\.d\/)?init\.d|cron\.\w+|periodic|local\.d|network|NetworkManager)\/)/

const isOfOwner = (path: string): boolean =>
  PLAIN.test(path) &&
  !path.includes('/../') &&
  !NEVER.test(path) &&
  (!OF_SYSTEM.test(path) || path.endsWith('.sh'))

/**
 * What a script runs whatever it is given, each line where it stands: no text that it only writes, none of the branches of `case`, and
 * nothing behind a question whether a daemon of time runs, for what hangs on the answer nobody knows. Undefined where it is no shell.
 */
export function linesRunBy(
  lines: readonly string[],
  { told }: Pick<ScriptCall, 'told'>,
): string[] | undefined {
  if (/^#!(?!.*\b(?:ba|da|k|z|a)?sh\b)/.test(lines[0] ?? '')) return undefined
  if (told && lines.some(line => ASKS_ITS_WORDS.test(line))) return []
  let [document, cases] = ['', 0]
  const asked = lines.findIndex(line => ASKS_FOR_DAEMON.test(line))
  return lines.slice(0, asked < 0 ? lines.length : asked).map(line => {
    if (document !== '') {
      if (line.trim() === document) document = ''
      return ''
    }
    document = /<<-?\s*["'\\]?(\w+)/.exec(line)?.[1] ?? ''
    const isIn = cases > 0
    if (/^\s*case\s/.test(line)) cases++
    const left = cases > 0
    if (/(?:^|[\s;])esac\b/.test(line)) cases = Math.max(0, cases - 1)
    return isIn || left ? '' : line
  })
}

const ASKS_ITS_WORDS = /(?:\bcase\s|\bgetopts\b|\[|\btest\s).*\$\{?[1-9@*#]/
const ASKS_FOR_DAEMON =
  /^[^#]*\b(?:pgrep|pidof|is-active|status)\b.*\b(?:chronyd?|ntpd?|ntpsec|systemd-timesyncd)\b/
