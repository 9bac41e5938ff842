/**
 * Does a command set the clock, and by which program? For lines of crontabs and scripts, and for commands of units. Each program by
 * its own manual: `ntpdate -q` only asks, `chronyd -Q` and `hwclock -w` do not set this clock. What counts is the program that is
 * run: `apt-get install ntpdate` sets nothing.
 */
import { type SimpleCommand, simpleCommands } from './shell-line.ts'

type Judge = (words: readonly string[]) => boolean

/** A cluster of short options with one of these letters. */
const has = (words: readonly string[], letters: string): boolean =>
  words.some(word => new RegExp(`^-\\w*[${letters}]`).test(word))

const SETTERS: Readonly<Record<string, Judge>> = {
  ntpdate: words => !has(words, 'qd'),
  'ntpdate-debian': words => !has(words, 'qd'),
  sntp: words => has(words, 'sS') || (words.includes('-P') && has(words, 'ra')),
  msntp: words => has(words, 'ra'),
  ntpd: words => has(words, 'q') || words.includes('--quit'),
  chronyd: words => has(words, 'q'),
  hwclock: words => has(words, 's') || words.includes('--hctosys'),
  rdate: words => !has(words, 'p') || has(words, 's'),
  date: words => words.some(word => /^-u?s|^--set|^\d{8,12}(?:\.\d\d)?$/.test(word)),
  timedatectl: words => words[0] === 'set-time',
  ntpclient: words => has(words, 's'),
  htpdate: words => has(words, 'sa'),
  tlsdate: words => !has(words, 'n'),
  // YaST of SLES 10 to 12: "synchronize without daemon".
  'start-ntpd': words => words.includes('ntptimeset'),
  rcntp: words => words.includes('ntptimeset'),
  rcntpd: words => words.includes('ntptimeset'),
  'vmware-toolbox-cmd': words => words[0] === 'timesync' && words[1] === 'enable',
  // Tools before version 8.
  'vmware-guestd': words => words.some(word => /\bsynctime\s+[01]\s+1\b/.test(word)),
}

/** They have the tool of the hypervisor set the clock, again and again from then on. */
const SWITCHES = ['vmware-toolbox-cmd', 'vmware-guestd']

export const switchesSyncOn = ({ program }: { readonly program: string }): boolean =>
  SWITCHES.includes(program)

/** Whoever keeps the clock does it: no second program is in its way. */
export const asksDaemon = ({ program }: { readonly program: string }): boolean =>
  program === STEP || restartedBy(program) !== undefined

export const STEP = 'chronyc makestep'
const RESTART = 'restart of '

/** The service that such a program starts anew. */
export const restartedBy = (program: string): string | undefined =>
  program.startsWith(RESTART) ? program.slice(RESTART.length) : undefined

export interface ClockSetting {
  readonly program: string
  /** As they are written, all that the line sets the clock with; empty where something else stands between. */
  readonly programs: readonly string[]
  /** The command that sets the clock, and of the line nothing else: the rest is no matter of clocks, and may hold anything. */
  readonly shown: string
  /** Nothing else is in the line: who takes it out takes no other work away. */
  readonly alone: boolean
  /** `sudo` or `doas` runs it. */
  readonly bySudo: boolean
  /** It sends from port 123, and sets nothing while another program has that. */
  readonly takesPort: boolean
  /** The process or the service that it looks for first: it sets nothing where that runs. */
  readonly unlessRuns: string | undefined
}

const STARTS = /^(?:service|systemctl|rc-service|invoke-rc\.d)$/
/** Looks only whether the program is there. */
const LOOKS = /^(?:\[|test)$/

/** `user`: who may stand in front, in a crontab of the system. */
export function findClockSetting(line: string, user?: string): ClockSetting | undefined {
  const commands = simpleCommands(line, user)
  const whole = commands.length > 1 && PLAIN.test(line) && commands.every(isOfClocks)
  // With other work in between, starting it again is not all that the line is for.
  const judges = [programOf, askedOf, ...(whole ? [startedAgain(commands)] : [])]
  const judge = judges.find(each => commands.some(({ words }) => each(words) !== undefined)) ?? programOf
  const at = commands.findIndex(({ words }) => judge(words) !== undefined)
  const setting = commands[at]
  if (!setting) return undefined
  const before = commands.slice(0, at)
  const [first] = before
  const unlessRuns = before.length === 1 ? watched(first!) : undefined
  const guarded = unlessRuns !== undefined || (before.length === 1 && isGuard(first!))
  const plain = (before.length === 0 || guarded) && !/["'=]/.test(setting.before)
  const alone = plain && setting.end === '' && !/[`()<]/.test(line)
  const shown = [
    ...(plain ? (guarded ? [guardText(first!)] : []) : ['(removed); ']),
    plain && setting.before !== '' ? `${setting.before} ` : '',
    textOf(setting)
      .replace(/\$\(.*\)|`[^`]*`/g, '$$(removed)')
      .replace(/\s*(?:<|>\().*$/s, ' (removed)'),
    at + 1 < commands.length || (setting.end !== '' && !alone) ? '; (removed)' : '',
  ]
  const bySudo = /(?:^|[\s/])(?:sudo|doas)(?:\s|$)/.test(setting.before)
  return {
    program: judge(setting.words)!,
    programs: programsOf(commands.filter(({ words }) => judge(words) !== undefined)),
    shown: whole ? line.trim() : shown.join(''),
    alone: alone || whole,
    bySudo,
    takesPort: takesPort(setting) && !before.some(({ text }) => endsAnother(text)),
    unlessRuns: plain ? unlessRuns : undefined,
  }
}

/** A service starts what its unit names, and busybox what it holds. */
const programsOf = (settings: readonly SimpleCommand[]): string[] =>
  settings.some(({ words: [program], before }) => STARTS.test(program) || /\bbusybox\b/.test(before))
    ? []
    : settings.map(({ text, words: [program] }) => /^["']?([^\s"';|&<>()`]+)/.exec(text)?.[1] ?? program)

/** ntpdate(8) ends with "the NTP socket is in use" then, unless -u has it send from another one. What a variable holds nobody knows. */
const takesPort = ({ words: [program, ...others] }: SimpleCommand): boolean =>
  /^ntpdate(?:-debian)?$/.test(program) && !has(others, 'u') && !others.some(word => word.startsWith('$'))

/** `service ntpd stop; ntpdate …; service ntpd start` */
export const endsAnother = (text: string): boolean => /\b(?:stop|p?kill|killall)\b/.test(text)

/** Commands one after the other, and nothing that only a shell would know. */
const PLAIN =
  /^(?:[\w\s./:@,+=;-]|'[\w\s./:-]*'|"[\w\s./:-]*"|&&|\|\||\d?>{1,2}(?:&\d|\s?\/dev\/null)|&>\s?\/dev\/null)*$/

/** With such a command around it the job does nothing but set the clock: `service ntpd stop; ntpdate a; service ntpd start`. */
const isOfClocks = ({ words: [program, ...others], before }: SimpleCommand): boolean =>
  /^(?:root)?$/.test(before) &&
  (Object.hasOwn(SETTERS, program) ||
    program === 'chronyc' ||
    (program === 'sleep' && others.every(word => /^[\d.]+[smh]?$/.test(word))) ||
    (STARTS.test(program) && others.some(word => TIME_SERVICE.test(word))))

const TIME_SERVICE = /^(?:ntpd?|ntpsec|chronyd?|openntpd|systemd-timesyncd|ntpdate)(?:\.service)?$/

/** A quote that a substitution cut off would take in what is shown behind it: then the words, each as far as it is plain. */
const textOf = ({ text, words }: SimpleCommand): string =>
  simpleCommands(`${text}; true`).some(({ words: [program] }) => program === 'true')
    ? text
    : words.flatMap(word => /^[\w./:=+-]+/.exec(word) ?? []).join(' ')

/** `[ -x /usr/sbin/ntpdate ] &&` is no work of its own. */
const isGuard = ({ words: [program, option, ...others], before, end }: SimpleCommand): boolean =>
  LOOKS.test(program) &&
  option === '-x' &&
  others.length <= 2 &&
  before.replace('root', '') === '' &&
  end === '&&'

/** Its words hold nothing but names, options and where its output goes. */
const guardText = ({ before, text, end }: SimpleCommand): string =>
  [before === 'root' ? '' : before, `${text}${end === ';' ? end : ` ${end}`}`, ''].join(' ').trimStart()

/**
 * `systemctl is-active -q ntpd ||`, `if ! pidof ntpd; then`: what must not run for the next command to be run. pgrep(1), pidof(8),
 * systemctl(1); a script of SysV ends with 0 for `status` when its program runs (LSB, 20.2).
 */
function watched({ words: [program, ...others], before, text, end }: SimpleCommand): string | undefined {
  const lead = before.replace(/^root\b\s*/, '')
  const negated = /^(?:if\s+)?!$/.test(lead)
  const stops = negated ? end === '&&' || (end === ';' && lead.startsWith('if')) : end === '||' && lead === ''
  if (!stops || !/^[\w\s./>&@-]+$/.test(text)) return undefined
  const names = others.filter(word => !/^[-\d>&]/.test(word) && !word.startsWith('/dev/'))
  const [one, two, more] = names
  if (/^(?:pgrep|pidof)$/.test(program)) return two === undefined ? one?.replace(/^.*\//, '') : undefined
  if (program === 'systemctl' && /^(?:is-active|status)$/.test(one ?? ''))
    return more === undefined ? two?.replace(/\.service$/, '') : undefined
  if (/^(?:service|rc-service)$/.test(program)) return two === 'status' ? one : undefined
  return /^\S*\/init\.d\//.test(text) && one === 'status' && two === undefined ? program : undefined
}

/** The name of the program; undefined when the clock is left alone, or to its daemon. */
export function setsClock(command: string): string | undefined {
  const found = findClockSetting(command)
  return found && !asksDaemon(found) ? found.program : undefined
}

function programOf([program, ...others]: SimpleCommand['words']): string | undefined {
  if (STARTS.test(program))
    return others.some(word => /^ntpdate(?:\.service)?$/.test(word)) &&
      others.some(word => /^(?:re)?start$/.test(word))
      ? 'ntpdate'
      : undefined
  return Object.hasOwn(SETTERS, program) && SETTERS[program]!(others) ? program : undefined
}

/** `makestep` with numbers behind it allows steps, and makes none (chronyc(1)). Who starts a daemon that does not run has it keep the clock. */
function askedOf([program, ...others]: SimpleCommand['words']): string | undefined {
  if (program === 'chronyc') {
    const at = others.indexOf('makestep')
    return at >= 0 && /^(?:$|\d*[<>&])/.test(others[at + 1] ?? '') ? STEP : undefined
  }
  const service = serviceIn([program, ...others])
  return service !== undefined && others.some(word => /^(?:try-)?restart$/.test(word))
    ? restartOf(service)
    : undefined
}

/** `service ntpd start` behind `service ntpd stop`. */
const startedAgain =
  (commands: readonly SimpleCommand[]) =>
  (words: SimpleCommand['words']): string | undefined => {
    const started = switchedBy(words)
    const stopped = commands
      .slice(
        0,
        commands.findIndex(each => each.words === words),
      )
      .map(each => switchedBy(each.words))
    return started?.to === 'start' &&
      stopped.some(each => each?.to === 'stop' && each.service === started.service)
      ? restartOf(started.service)
      : undefined
  }

export const restartOf = (service: string): string => `${RESTART}${service}`

/** The daemon of a service of time, by its name in systemd or that of its script. */
function serviceIn([program, ...others]: SimpleCommand['words']): string | undefined {
  const service = STARTS.test(program)
    ? others.find(word => TIME_SERVICE.test(word))
    : TIME_SERVICE.test(program)
      ? program
      : undefined
  return service?.replace(/\.service$/, '')
}

export interface ServiceSwitch {
  readonly service: string
  readonly to: 'start' | 'stop' | 'restart'
  /** What does it, and nothing else of the line. */
  readonly shown: string
}

function switchedBy(words: SimpleCommand['words']): ServiceSwitch | undefined {
  const service = serviceIn(words)
  const to = words.slice(1).find(word => word === 'start' || word === 'stop' || word === 'restart')
  if (service === undefined || service === 'ntpdate' || (to !== 'start' && to !== 'stop' && to !== 'restart'))
    return undefined
  return {
    service,
    to,
    shown: words.filter((word, nth) => nth === 0 || word === to || TIME_SERVICE.test(word)).join(' '),
  }
}

/** Daemons of time that a line starts or ends as services. */
export const serviceSwitches = (line: string): ServiceSwitch[] =>
  simpleCommands(line).flatMap(({ words }) => switchedBy(words) ?? [])
