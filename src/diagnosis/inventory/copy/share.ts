/**
 * What of a file may leave the machine: the file itself without what is secret in it, and of long ones only the lines that the
 * inventory looks at. Host names and addresses stay, because without them nobody could tell who asks whom.
 */
import { linesRunBy, scriptsCalledIn } from '#dialects/linux/called-script.ts'
import {
  isOfRoot,
  parseAnacrontab,
  parseCrontab,
  scriptsOfJob,
  settingOfJob,
} from '#dialects/linux/crontab.ts'
import { findClockSetting, serviceSwitches } from '#dialects/linux/set-clock.ts'
import { counterIn, endsScript, settingsIn } from '#dialects/linux/set-sysctl.ts'
import { linesOf } from '#dialects/named-source.ts'
import { linesOfStart } from '../boot/at-boot.ts'
import { isBanner } from '../daemons/banner.ts'
import { DPKG_STATUS, OF_TIME } from '../daemons/packages.ts'
import { isOfClocks, isOfDaemon } from '../logs/messages.ts'
import { isOfSteps } from '../logs/steps.ts'
import { isOfTimesyncd } from '../logs/timed-out.ts'
import { isContainerSaid, isRootMount } from '../machine/container.ts'
import { isOfDmi } from '../machine/dmi.ts'
import { withoutSecrets } from './secrets.ts'

const REMOVED = '(removed)'

/** Files that hold nothing but secrets: never read into a copy, whoever includes them. */
const SECRET_FILES =
  /(?:^|\/)(?:g?shadow-?|chrony\.keys|ntp\.keys|keys|krb5\.keytab|ssh_host_\w+_key|id_(?:rsa|dsa|ecdsa|ed25519))$|\.(?:key|pem|p12|keytab)$|\/etc\/(?:ntp\/crypto|ssl\/private|sudoers)/

export const isSecret = (path: string): boolean => SECRET_FILES.test(path)

/** Of these only what sets the clock is kept; most hold nothing of that kind. */
export const isEmptied = (path: string, shared: string): boolean =>
  (isJob(path) && /^[\s#]*$/.test(shared)) ||
  (isScriptOfInit(path) && !OF_CLOCKS.test(path) && !/^[^#\n]/m.test(shared)) ||
  (isUnit(path) &&
    path.endsWith('.service') &&
    !isOfTime(path) &&
    ![...shared.matchAll(STARTS_OTHERS)].some(([, units = '']) => TIME_NAMES.test(units)) &&
    !/^\s*Exec\w+=(?!\(removed\))/m.test(shared))

const NO_SCRIPTS: ReadonlySet<string> = new Set()

/** Lines stay where they are, unless only some of them are kept. `scripts`: of the owner, by which jobs set the clock. */
export function shareable(path: string, text: string, scripts: ReadonlySet<string> = NO_SCRIPTS): string {
  if (path === DPKG_STATUS) return keepPackages(text)
  if (path === '/proc/1/environ')
    return text
      .split('\0')
      .filter(each => /^(?:container|KUBERNETES_SERVICE_HOST)=/.test(each))
      .join('\0')
  if (/^\/proc\/\w+\/mountinfo$/.test(path)) return keepLines(text, isRootMount)
  if (/\/(?:systemctl_(?:show|status)_--all|systemd-analyze_dump)$/.test(path))
    return keepLines(text, isContainerSaid)
  if (/^\/(?:proc\/config\.gz|boot\/config-)/.test(path))
    return keepLines(text, line => /CONFIG_(?:NO_)?HZ/.test(line))
  if (/(?:installed-rpms|rpmpkgs|installed-debs|dpkg_-l|package-data)$/.test(path))
    return keepLines(text, line => [...OF_TIME].some(name => new RegExp(`^(?:ii +)?${name}[-: ]`).test(line)))
  if (/(?:^\/ps|\/ps_auxwww\w*|\/ps_axo_pid_\w*cgroup)$/.test(path)) return keepProcesses(text)
  if (isLog(path)) return keepLines(text, isOfTimeInLog)
  if (path.endsWith('/dmidecode')) return keepLines(text, isOfDmi)
  if (path.endsWith('/sysctl_-a')) return keepLines(text, isOfTimeSetting)
  if (isSysctl(path)) return eachLine(text, line => (isOfTimeSetting(line) ? line : COMMENT))
  if (isUnit(path)) return eachLine(text, unitLines(isOfTime(path), scripts))
  if (/^\/proc\/\d+\/cmdline$/.test(path)) return commandLine(text)
  if (isDomain(path)) return clockOfDomain(text)
  if (isScriptOfInit(path)) return startOfScript(text, scripts)
  if (isJob(path)) return eachLine(text, isCrontab(path) ? jobLine(path, scripts) : scriptLines(scripts))
  if (scripts.has(path)) return scriptOfOwner(text, scripts)
  if (isOptions(path)) return eachLine(text, optionLines())
  return withoutSecrets(text)
}

/** The rest of a line is what nobody here reads, and may hold anything. */
const eachLine = (text: string, keep: (line: string) => string): string =>
  withoutSecrets(text.replace(/[^\r\n]+/g, keep))

/** Of a line that sets the clock the command that does; the others of that line are nobody's matter. */
const settingIn = (line: string): string | undefined => findClockSetting(line)?.shown

/** Besides, what it sets of the kernel that bears on time; nothing behind its end is run. */
function scriptLines(scripts: ReadonlySet<string>): (line: string) => string {
  let ended = false
  return line => {
    ended ||= endsScript(line)
    return (
      settingIn(line) ??
      callIn(line, scripts) ??
      switchIn(line) ??
      (ended ? undefined : kernelSettingIn(line)) ??
      COMMENT
    )
  }
}

/** What its start does, and the first line, which says by whom it is read. */
function startOfScript(text: string, scripts: ReadonlySet<string>): string {
  const lines = linesOf(text)
  const started = new Map(linesOfStart(lines).map(each => [each.line, each.text]))
  const shown = scriptLines(scripts)
  return withoutSecrets(
    lines
      .map((line, index) =>
        index === 0 && /^#!/.test(line) ? line : line && shown(started.get(index + 1) ?? '#'),
      )
      .join('\n'),
  )
}

function kernelSettingIn(line: string): string | undefined {
  const counter = counterIn(line)
  if (counter !== undefined && /^[\w-]+$/.test(counter)) return `echo ${counter} > ${COUNTER}`
  const set = settingsIn(line)
    .map(({ name, value }) => `${name}=${value}`)
    .filter(isOfTimeSetting)
  return set.length === 0 ? undefined : `sysctl -w ${set.map(each => JSON.stringify(each)).join(' ')}`
}

/** Of a script that sets the clock by the way. */
const callIn = (line: string, scripts: ReadonlySet<string>): string | undefined =>
  scriptsCalledIn(line).find(({ path }) => scripts.has(path))?.shown

/** Daemons of time that it stops or starts. */
const switchIn = (line: string): string | undefined =>
  serviceSwitches(line)
    .map(({ shown }) => shown)
    .join('; ') || undefined

/** By its first line it is known by whom it is read. */
function scriptOfOwner(text: string, scripts: ReadonlySet<string>): string {
  const shown = scriptLines(scripts)
  const run = linesRunBy(linesOf(text), { told: false }) ?? []
  return withoutSecrets(
    linesOf(text)
      .map((line, index) => (index === 0 && /^#!/.test(line) ? line : line && shown(run[index] ?? '')))
      .join('\n'),
  )
}

const COUNTER = '/sys/devices/system/clocksource/clocksource0/current_clocksource'

const jobLine =
  (path: string, scripts: ReadonlySet<string>) =>
  (line: string): string => {
    const [job] = path === '/etc/anacrontab' ? parseAnacrontab(line) : parseCrontab(line)
    const atBoot = job?.when === '@reboot' && isOfRoot(path, job.command)
    const shown =
      job &&
      (settingOfJob(job, path)?.shown ??
        scriptsOfJob(job, path).find(each => scripts.has(each.path))?.shown ??
        (atBoot ? kernelSettingIn(job.command) : undefined))
    return shown === undefined ? COMMENT : `${job!.when} ${shown}`
  }

/** What a program that has nothing to do with clocks was told stays here. */
const commandLine = (text: string): string => {
  const [program = '', ...others] = text.split('\0')
  return TIME_PROGRAMS.test(program) || others.length === 0 || /^\S+: /.test(program)
    ? withoutSecrets(text)
    : `${program}\0${REMOVED}`
}

const isUnit = (path: string): boolean =>
  /\.(?:service|timer)$|\.(?:service|timer)\.d\/[^/]*\.conf$/.test(path)

/** The unit of a daemon. Others are read because a timer starts them, and of those only what sets the clock matters. */
const isOfTime = (path: string): boolean => TIME_NAMES.test(path.replace(/^.*?\/systemd\//, ''))
const TIME_NAMES =
  /chronyd?|ntpd?\b|ntpdate|ntpsec|ntp-|timesyncd|ptp4l|phc2sys|timemaster|ptpd|htpdate|rdate|hwclock|clockwright|vbox|virtualbox/

/** What of a unit is read: how it is started, when, under which conditions and as whom. */
const UNIT_KEYS =
  /^(?:EnvironmentFile|(?:Condition|Assert)\w+|On\w+|Alias|WantedBy|RequiredBy|Wants|Requires|BindsTo|Upholds|Conflicts|Unit|Description|Type|Restart|User|Group)$/
/** By these a unit starts others. */
const STARTS_OTHERS = /^\s*(?:Wants|Requires|BindsTo|Upholds)\s*=(.*)$/gm

const EXEC_START = /^ExecStart(?:Pre|Post)?$/

/** Line by line, because a setting may go on over several. */
function unitLines(ofTime: boolean, scripts: ReadonlySet<string>): (line: string) => string {
  let goesOn: 'kept' | 'environment' | 'removed' | undefined
  return line => {
    if (/^\s*[#;]/.test(line)) return COMMENT
    const [, head = '', key = '', value = line] =
      goesOn === undefined ? (/^(\s*([\w-]+)\s*=)(.*)$/.exec(line) ?? []) : []
    const what = goesOn ?? (head === '' ? 'kept' : whatOf(key, ofTime))
    const continued = line.endsWith('\\')
    const [, sign = '', command = ''] = /^([-@:+!|]*)(.*?)\\?$/.exec(value.trim()) ?? []
    const setting =
      what === 'removed' && EXEC_START.test(key)
        ? (settingIn(command) ?? callIn(command, scripts) ?? kernelSettingIn(command))
        : undefined
    goesOn = continued ? what : undefined
    if (what === 'kept') return line
    if (what === 'environment') return `${head}${environment(value)}${continued ? ' \\' : ''}`
    return `${head}${setting === undefined ? REMOVED : sign + setting}${continued ? ' \\' : ''}`
  }
}

function whatOf(key: string, ofTime: boolean): 'kept' | 'environment' | 'removed' {
  if (key === 'Environment') return 'environment'
  if (UNIT_KEYS.test(key)) return 'kept'
  return key === 'ExecStart' && ofTime ? 'kept' : 'removed'
}

const isDomain = (path: string): boolean => /^\/etc\/libvirt\/qemu\/[^/]+\.xml$/.test(path)
/** What kind of guest it is, and its clock; all else of it is somebody's machine. */
const OF_DOMAIN = /^<\/?(?:domain|metadata|libosinfo:\w+|features|hyperv|clock|timer|catchup)(?=[\s/>])/

/** Tags that begin and end are kept both, so it is still XML, and stays on its lines. */
const clockOfDomain = (text: string): string =>
  text
    .replace(/<!--.*?-->/gs, comment => comment.replace(/[^\n]+/g, ''))
    .replace(/<[^>]*>|[^<]+/g, token =>
      OF_DOMAIN.test(token) ? withoutSecrets(token) : token.replace(/[^\n]+/g, ''),
    )

const isSysctl = (path: string): boolean => /(?:^|\/)sysctl\.(?:conf$|d\/)/.test(path)
const isOfTimeSetting = (line: string): boolean =>
  /^[^=#;]*(?:xen|wall|clock|time|rtc|hpet|sched_rt)[^=]*=/i.test(line)

const COMMENT = '#'
const ASSIGNMENT = /"(\w+)=[^"]*"|'(\w+)=[^']*'|(\w+)=\S*/g

const environment = (value: string): string =>
  [...value.matchAll(ASSIGNMENT)].map(([all, ...names]) => assignment(all, ...names)).join(' ')

/** Variables that hold options stay; any other may hold anything. */
function assignment(all: string, ...[double, single, bare]: string[]): string {
  const name = double ?? single ?? bare ?? ''
  const value = all.replace(/^["']?\w+=/, '')
  return isOptionVariable(name, value) ? all : `${name}=${REMOVED}`
}

const isOptionVariable = (name: string, value: string): boolean =>
  /OPT|ARG|FLAG|PARAM/i.test(name) || /^["']?(?:-|$)/.test(value)

/** Files of variables by which services are started. Those of boot loaders, clocks and the like have names that are known. */
const isOptions = (path: string): boolean =>
  !/^\/etc\/(?:(?:sysconfig|default|conf\.d)\/(?:grub|bootloader|clock|hwclock|rcS|ntp\w*|chronyd?|openntpd|ptp4l|phc2sys)$|default\/grub\.d\/)/.test(
    path,
  ) && /^\/etc\/(?:sysconfig|default|conf\.d)\/|\.env$|\/environment$/.test(path)

/** A value may go on over several lines, and what is left of one that was taken out goes with it. */
function optionLines(): (line: string) => string {
  let kept = true
  return line => {
    const [, head, name, value] = /^(\s*(?:export\s+)?(\w+)=)(.*)$/.exec(line) ?? []
    if (head === undefined) return kept && !/^\s*[#;]/.test(line) ? line : COMMENT
    kept = isOptionVariable(name!, value!)
    return kept ? line : `${head}${REMOVED}`
  }
}

/** Crontabs, and scripts that are run at some time: of them only what sets the clock is read. */
const isJob = (path: string): boolean =>
  /^\/(?:etc\/(?:(?:ana)?crontab$|cron\.|crontabs\/|periodic\/|local\.d\/|rc(?:\.d\/rc)?\.local$|network\/if-up\.d\/|NetworkManager\/dispatcher\.d\/|init\.d\/\w+\.local$)|var\/spool\/cron\/)/.test(
    path,
  )

/** Of a daemon, that it is there is enough. */
const isScriptOfInit = (path: string): boolean =>
  /^\/etc\/(?:rc\.d\/)?init\.d\/(?!\w+\.local$)[^/]+$/.test(path)
const OF_CLOCKS =
  /\/(?:chronyd?|(?:open|busybox-)?ntpd?|ntpsec|sysntpd|ntpdate|ptp4l|phc2sys|vbox[\w-]*|vmware[\w-]*|virtualbox[\w-]*)$/

export const isCrontab = (path: string): boolean =>
  /^\/(?:etc\/(?:(?:ana)?crontab$|cron\.d\/|crontabs\/)|var\/spool\/cron\/)/.test(path)

/** The title of the columns, and the processes that keep or set a clock. */
const keepProcesses = (text: string): string =>
  keepLines(text, line => HEADING.test(line) || TIME_PROGRAMS.test(line))

/** Of any `ps`. */
const HEADING = /^(?:[A-Z ]* )?PID [A-Z %]*(?:COMMAND|CMD)$/

const TIME_PROGRAMS =
  /(?:chronyd|ntpd|ntp-daemon|timesyncd|ptp4l|phc2sys|timemaster|ptpd2?|sfptpd|htpdate|vmtoolsd|vmware-guestd|VBoxService|qemu-ga|prltoolsd|xe-daemon|xen-guest-agent|google_guest_agent|google_clock_skew_daemon|clockwright|(?:ocssd|octssd|crsd)\.bin)/

const isOfTimeInLog = (line: string): boolean =>
  isOfClocks(line) || isBanner(line) || isOfSteps(line) || isOfDaemon(line) || isOfTimesyncd(line)

const isLog = (path: string): boolean =>
  /^\/(?:dev\/kmsg|var\/log\/|sos_commands\/(?:kernel\/dmesg|logs\/|\w+\/journalctl_))/.test(path)

const keepLines = (text: string, wanted: (line: string) => boolean): string =>
  linesOf(text)
    .filter(wanted)
    .map(line => `${withoutSecrets(line)}\n`)
    .join('')

const keepPackages = (text: string): string =>
  text
    .split(/\n\n+/)
    .filter(paragraph => OF_TIME.has(/^Package: (.+)$/m.exec(paragraph)?.[1] ?? ''))
    .map(paragraph =>
      linesOf(paragraph)
        .filter(line => /^(?:Package|Status|Version):/.test(line))
        .join('\n'),
    )
    .map(paragraph => `${paragraph}\n\n`)
    .join('')
