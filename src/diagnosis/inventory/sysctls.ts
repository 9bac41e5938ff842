/**
 * Settings of the kernel that bear on time: what the files say in the order in which they are applied at the start (sysctl.d(5);
 * on machines without systemd /etc/sysctl.conf alone comes last), then what scripts and services set that the start runs
 * (`at-boot.ts`), and what the running kernel has.
 */
import type { Files } from '#core/guest/files.ts'
import type { Distribution, Fact, Sysctl } from '#core/guest/inventory.ts'
import { firstOfEachName } from '#dialects/find-files.ts'
import { settingsIn } from '#dialects/linux/set-sysctl.ts'
import { dotted, parseSysctl, procPath } from '#dialects/linux/sysctl.ts'
import type { Start } from './boot/at-boot.ts'
import { hasProgramOfSystemd } from './machine/init.ts'
import { at, fact, findLine, wholeFile } from './place.ts'

const DIRECTORIES = [
  '/etc/sysctl.d',
  '/run/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
  '/lib/sysctl.d',
]
const CONF = '/etc/sysctl.conf'
/** `sysctl -a`, in a sosreport. */
const PRINTED = ['sos_commands/kernel/sysctl_-a']
const MOST_FILES = 256

const OF_TIME =
  /^\uFEFF?(?:xen\.|kernel\.timer_migration$|kernel\.sched_rt_|dev\.(?:rtc|hpet)\.)|clocksource|wallclock/
/** Asked of the running kernel even if no file sets them. */
const ALWAYS = [
  'xen.independent_wallclock',
  'kernel.timer_migration',
  'dev.hpet.max-user-freq',
  'dev.rtc.max-user-freq',
]

export function findSysctls(files: Files, start: Start, distribution: Distribution | undefined): Sysctl[] {
  const set = new Map<string, Fact<string>[]>(ALWAYS.map(name => [name, []]))
  const add = (name: string, value: Fact<string>): void => {
    if (OF_TIME.test(name)) set.set(name, [...(set.get(name) ?? []), value])
  }
  const paths = filesInOrder(files, distribution)
  for (const path of paths.slice(0, MOST_FILES))
    for (const { name, value } of settingsOf(files, path)) add(name, value)
  for (const { path, line, text } of start.lines) {
    for (const { name, value } of settingsIn(text)) add(name, fact(value, at(path, text.trim(), line)))
  }
  // What is set nowhere else is set here, and a copy has it or has it not.
  const seen = files.own || files.exists(CONF) ? { confSeen: true as const } : {}
  const unread = paths.includes(CONF) ? [] : settingsOf(files, CONF)
  return [...set].flatMap(([name, values]) => {
    const running = findRunning(files, name)
    const idle = unread.findLast(each => each.name === name)?.value
    return values.length > 0 || running || idle
      ? [{ name, set: values, running, ...(idle ? { idle } : {}), ...seen }]
      : []
  })
}

function settingsOf(files: Files, path: string): { readonly name: string; readonly value: Fact<string> }[] {
  const read = files.read(path)
  return read.kind === 'read'
    ? parseSysctl(read.text).lines.map(({ name, value, line, text }) => ({
        name,
        value: fact(value, at(path, text, line)),
      }))
    : []
}

/** What starts Red Hat's fifth (rc.sysinit) reads no folder. */
const readsConfAlone = (distribution: Distribution | undefined): boolean =>
  /^(?:rhel|centos)$/.test(distribution?.id ?? '') && /^5(?:\.|$)/.test(distribution?.version ?? '')

/**
 * systemd applies /etc/sysctl.conf only by way of a link in sysctl.d, which distributions bring; a copy without that folder has lost
 * the link with it.
 */
function filesInOrder(files: Files, distribution: Distribution | undefined): string[] {
  if (readsConfAlone(distribution)) return [CONF]
  const paths = firstOfEachName(files, DIRECTORIES, '.conf').map(path =>
    /(?:^|\/)sysctl\.conf$/.test(files.link(path) ?? '') ? CONF : path,
  )
  const alone = hasProgramOfSystemd(files) && (files.own || files.exists(DIRECTORIES[0]!))
  return alone || paths.includes(CONF) ? paths : [...paths, CONF]
}

function findRunning(files: Files, name: string): Fact<string> | undefined {
  if (/[^\w./-]/.test(name)) return undefined
  const kept = wholeFile(files, procPath(name))
  if (kept) return kept
  const printed = findLine(files, PRINTED, new RegExp(`^${dotted(name).replace(/[./-]/g, '\\$&')} = (.*)$`))
  return printed && fact(printed.match[1]!.trim(), printed.place)
}
