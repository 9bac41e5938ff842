/**
 * Settings of the kernel that a line of shell makes: `sysctl -w name=value` (sysctl(8) of procps, which needs no -w) and what is
 * written into /proc/sys by `echo` or `tee` (proc(5)). Old guests have such lines in rc.local, from before there was a sysctl.d.
 */
import { simpleCommands } from './shell-line.ts'
import { dotted } from './sysctl.ts'

export interface ShellSetting {
  /** With dots, as in sysctl.conf. */
  readonly name: string
  readonly value: string
}

export function settingsIn(line: string): ShellSetting[] {
  if (!/sysctl|\/proc\/sys\//.test(line)) return []
  const assigning = simpleCommands(line).flatMap(({ words: [program, ...others] }) =>
    program === 'sysctl' ? others.flatMap(assigned) : [],
  )
  const written = writesIn(line).flatMap(({ path, value }) => {
    const [, name] = /^\/proc\/sys\/(\S+)$/.exec(path) ?? []
    return name === undefined ? [] : [{ name: dotted(name), value }]
  })
  return [...assigning, ...written]
}

/** The counter that the kernel is told to count time with (Documentation/ABI/testing/sysfs-devices-clocksource). */
export function counterIn(line: string): string | undefined {
  if (!line.includes('current_clocksource')) return undefined
  return writesIn(line).findLast(({ path }) => COUNTER.test(path))?.value
}

const COUNTER = /^\/sys\/devices\/system\/clocksource\/clocksource0\/current_clocksource$/

interface Write {
  readonly path: string
  readonly value: string
}

function writesIn(line: string): Write[] {
  const commands = simpleCommands(line)
  return commands.flatMap(({ words }, index) => {
    const [program, ...others] = words
    const before = commands[index - 1]
    if (program === 'tee' && before?.end === '|') return writes(printed(before.words), others)
    const at = others.findIndex(word => /^>{1,2}/.test(word))
    const target = at < 0 ? undefined : others[at]!.replace(/^>+\|?/, '') || others[at + 1]
    return target === undefined ? [] : writes(printed([program, ...others.slice(0, at)]), [target])
  })
}

/** Debian's rc.local ends with this, and what was added behind it is never run. One that is set in may hang on a condition. */
export const endsScript = (line: string): boolean => /^exit(?:\s|;|$)/.test(line)

function assigned(word: string): ShellSetting[] {
  const [, name, value] = /^([\w./-]+)\s*=\s*(.*)$/.exec(word) ?? []
  return name === undefined || name.startsWith('-') ? [] : [{ name: dotted(name), value: value!.trim() }]
}

/** What `echo` and `printf` write, as far as it stands there. */
function printed([program, ...words]: readonly string[]): string | undefined {
  if (program === 'echo') return words.filter(word => !/^-[neE]+$/.test(word)).join(' ')
  return program === 'printf' ? words[0]?.replace(/\\n$/, '') : undefined
}

const writes = (value: string | undefined, paths: readonly string[]): Write[] =>
  value === undefined || value === '' || /[$`]/.test(value) ? [] : paths.map(path => ({ path, value }))
