/**
 * What SUSE's supportconfig wrote (scc_*.txz, nts_*.tbz): texts in which sections follow each other, each with a heading
 * `#==[ Command ]====#`, `#==[ Configuration File ]====#` or `#==[ Log File ]====#`, then `# ` and the command or the path, then what
 * it printed or holds (supportconfig.rc: log_cmd, conf_files, log_files). The files are put at their paths, without their comments, which
 * supportconfig leaves out; what commands printed is put where a sosreport has it, so that whoever reads that one reads this one, too.
 */
import type { Files } from '#core/guest/files.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { linesOf } from '#dialects/named-source.ts'

/** In each of its reports. */
export const OF_SUPPORTCONFIG = ['basic-environment.txt', 'supportconfig.txt']
/** Says what the copy was made of. */
export const FROM_SUPPORTCONFIG = '/supportconfig'

/** What it found of the hypervisor by itself: `Hypervisor:    VMware (hardware)`. */
export const VIRTUALIZATION = '/virtualization'

/** Those of which something bears on time: others are of storage, of the network, of applications. */
const TEXTS = [
  'ntp.txt',
  'basic-environment.txt',
  'basic-health-check.txt',
  'boot.txt',
  'chkconfig.txt',
  'cron.txt',
  'env.txt',
  'etc.txt',
  'hardware.txt',
  'messages.txt',
  'modules.txt',
  'proc.txt',
  'rpm.txt',
  'sysconfig.txt',
  'systemd.txt',
]
const MOST = 32 << 20

/** Commands without their folders, and where a sosreport has what they print. */
const PRINTED: readonly (readonly [command: RegExp, path: string])[] = [
  [/^uname -a$/, 'sos_commands/kernel/uname_-a'],
  [/^ps axwwo user,pid,/, 'sos_commands/process/ps_auxwww'],
  [/^lscpu$/, 'sos_commands/processor/lscpu'],
  [/^dmidecode$/, 'sos_commands/hardware/dmidecode'],
  [/^lsmod(?: \| sort)?$/, 'sos_commands/kernel/lsmod'],
  [/^dmesg(?: -T)?$/, 'sos_commands/kernel/dmesg'],
  [/^sysctl -a$/, 'sos_commands/kernel/sysctl_-a'],
  [/^uptime$/, 'sos_commands/host/uptime'],
  [/^hostnamectl(?: status)?$/, 'sos_commands/host/hostnamectl_status'],
  [/^timedatectl(?: --no-pager)?(?: status)?$/, 'sos_commands/systemd/timedatectl'],
  [/^systemctl(?: --no-pager)? list-unit-files$/, 'sos_commands/systemd/systemctl_list-unit-files'],
  [/^chkconfig (?:--list|-l)$/, 'sos_commands/services/chkconfig_--list'],
  [/^chronyc (?:-n )?sources(?: -v)?$/, 'sos_commands/chrony/chronyc_-n_sources'],
  [/^chronyc (?:-n )?tracking$/, 'sos_commands/chrony/chronyc_tracking'],
  [/^ntpq -c (?:rv|readvar)$/, 'sos_commands/ntp/ntpq_-c_rv'],
  [/^ntptime$/, 'sos_commands/ntp/ntptime'],
  [/^ntpq -(?:p|np|pn)$/, 'sos_commands/ntp/ntpq_-pn'],
]

/** The copy, as if its files lay at their paths. */
export function filesOfSupportconfig(files: Files): Files {
  const members = new Map<string, Member>([[FROM_SUPPORTCONFIG, '']])
  for (const name of TEXTS) {
    const read = files.read(name, MOST)
    if (read.kind !== 'read') continue
    for (const section of sectionsOf(read.text))
      for (const [path, text] of membersOf(section)) if (!members.has(path)) members.set(path, text)
  }
  return memoryFiles(Object.fromEntries(members))
}

interface Section {
  readonly kind: string
  /** Behind `# `. */
  readonly title: string
  readonly lines: readonly string[]
}

const HEADING = /^#==\[ (.{1,40}) \]=*#?\s*$/
/** `#____[ Files Included in … ]____#` stands between sections. */
const RULE = /^#_{4}/

function sectionsOf(text: string): Section[] {
  const sections: { kind: string; title: string; lines: string[] }[] = []
  let open: (typeof sections)[number] | undefined
  for (const line of linesOf(text)) {
    const kind = HEADING.exec(line)?.[1]
    if (kind !== undefined) {
      open = { kind, title: '', lines: [] }
      sections.push(open)
    } else if (RULE.test(line)) open = undefined
    else if (open && open.title === '' && open.lines.length === 0)
      open.title = line.replace(/^#\s*/, '').trim()
    else open?.lines.push(line)
  }
  return sections
}

function membersOf(section: Section): [path: string, text: string][] {
  if (section.kind === 'System' && section.title === 'Virtualization')
    return [[VIRTUALIZATION, textOf(section.lines)]]
  if (section.kind === 'Configuration File' || section.kind === 'Log File') return fileOf(section)
  return section.kind === 'Command' ? printedBy(section) : []
}

/** `/var/log/messages - Last 500 Lines`, `/etc/adjtime - File not found` */
function fileOf({ title, lines }: Section): [string, string][] {
  const [, path = '', remark = ''] = /^(\/\S+)(?: - (.*))?$/.exec(title) ?? []
  return path === '' || remark === 'File not found' ? [] : [[path, textOf(lines)]]
}

function printedBy({ title, lines }: Section): [string, string][] {
  const command = title.replace(/^\S*\//, '')
  if (command.startsWith('systemctl cat ')) return unitsIn(lines)
  const unit = /^systemctl (?:--no-pager )?status '?([\w@.-]+\.service)'?$/.exec(command)?.[1]
  if (unit !== undefined) return [[`sos_commands/systemd/systemctl_status_${unit}`, textOf(lines)]]
  if (command.startsWith('rpm -qa --queryformat "%-35{NAME} ')) return [['installed-rpms', packagesIn(lines)]]
  const path = PRINTED.find(([pattern]) => pattern.test(command))?.[1]
  return path === undefined || /^ERROR: /.test(lines[0] ?? '') ? [] : [[path, textOf(lines)]]
}

/** systemctl names each file of a unit, and shows it. */
function unitsIn(lines: readonly string[]): [string, string][] {
  const units: [string, string[]][] = []
  for (const line of lines) {
    const path = /^# (\/\S+)$/.exec(line)?.[1]
    if (path !== undefined) units.push([path, []])
    else units.at(-1)?.[1].push(line)
  }
  return units.map(([path, text]) => [path, textOf(text)])
}

/** NAME DISTRIBUTION VERSION, which are made the names of packages; the architecture is not said. */
const packagesIn = (lines: readonly string[]): string =>
  textOf(
    lines.flatMap(line => {
      const [, name, version] = /^([\w.+-]+)\s+\S.*\s(\S+-\S+)\s*$/.exec(line) ?? []
      return name === undefined ? [] : [`${name}-${version}.unknown`]
    }),
  )

/** Blank lines come between sections. */
const textOf = (lines: readonly string[]): string => {
  const last = lines.findLastIndex(line => line.trim() !== '')
  return lines
    .slice(0, last + 1)
    .map(line => `${line}\n`)
    .join('')
}
