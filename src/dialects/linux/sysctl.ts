/**
 * sysctl.conf and the files of sysctl.d (sysctl.conf(5) of procps, sysctl.d(5) of systemd): one `name = value` a line, a line
 * whose first visible character is `#` or `;` is a comment. A `-` in front says that failing does not matter.
 * Names come with dots or slashes: if the first separator is a slash, dots are part of the names between slashes. Neither
 * program passes over a byte order mark.
 */
import { asNamed, linesOf, type Remark } from '../named-source.ts'

export interface SysctlLine {
  readonly line: number
  readonly text: string
  /** With dots between its parts; a dot inside a part is written as a slash, as systemd prints it. */
  readonly name: string
  readonly value: string
}

export interface SysctlConf {
  /** In their order: of equal names the last one wins. */
  readonly lines: readonly SysctlLine[]
  readonly notUnderstood: readonly Remark[]
}

export function parseSysctl(text: string): SysctlConf {
  const lines: SysctlLine[] = []
  const notUnderstood: Remark[] = []
  for (const [index, raw] of linesOf(text).entries()) {
    const content = raw.trim()
    if (content === '' || /^[#;]/.test(content)) continue
    const line = index + 1
    const equals = content.indexOf('=')
    const name = dotted(content.slice(0, Math.max(equals, 0)).replace(/^-/, '').trim())
    // `-name` alone takes a name out of the patterns of other lines: systemd's own word.
    if (equals < 0 && /^-\S+$/.test(content)) continue
    if (equals < 0) notUnderstood.push({ line, text: content, why: 'neither a comment nor name = value' })
    else if (name === '' || /\s/.test(name))
      notUnderstood.push({ line, text: content, why: 'no name in front of the =' })
    else
      lines.push({
        line,
        text: content,
        name: asNamed(name, line, text),
        value: content.slice(equals + 1).trim(),
      })
  }
  return { lines, notUnderstood }
}

/** `net/ipv4/conf/eth0.7/forwarding` is `net.ipv4.conf.eth0/7.forwarding`: dots and slashes change places. */
export function dotted(name: string): string {
  return name.search(/[./]/) >= 0 && name[name.search(/[./]/)] === '/'
    ? name.replace(/[./]/g, each => (each === '/' ? '.' : '/'))
    : name
}

/** `xen.independent_wallclock` is kept in /proc/sys/xen/independent_wallclock. */
export const procPath = (name: string): string =>
  `/proc/sys/${name.replace(/[./]/g, each => (each === '.' ? '/' : '.'))}`

/**
 * A line with another value. What follows the old one is a part of it for every reader: there are no comments behind a value, so one
 * that was meant as such gets a line of its own.
 */
export function withSysctlValue(line: string, value: string): string {
  const [, name = '', rest = ''] = /^([^=]*=[ \t]*)[^\s#;]*(.*)$/.exec(line) ?? []
  const comment = /[#;].*$/.exec(rest)?.[0].trimEnd()
  const blank = /[ \t]*$/.exec(rest)![0]
  return comment === undefined ? name + value + blank : `${comment}\n${name}${value}`
}
