/**
 * Who else keeps this clock? Every process is asked for its name and command line (/proc/PID), and the list is of all
 * that may set the clock: daemons of NTP and PTP, and the tools of hypervisors. What is only configured in a file cannot
 * be seen here; `disciplines` is false only where the command line itself says so, or the kernel would refuse.
 */
import type { Timekeeper } from './facts.ts'
import type { Files } from './files.ts'
import { type Process, processesNamed } from './processes.ts'

export function findTimekeepers(files: Files): Timekeeper[] {
  return tellTimekeepers(files).map(({ seen: _, ...timekeeper }) => timekeeper)
}

/** With the process that was found; a driver of the kernel has none. */
export type ToldTimekeeper = Timekeeper & { readonly seen: Process | undefined }

export function tellTimekeepers(files: Files): ToldTimekeeper[] {
  const found = new Map<number, Judged & { readonly seen: Process }>()
  for (const seen of processesNamed(files, comm => comm === 'busybox' || Object.hasOwn(KNOWN, comm))) {
    const judged = judgeProcess(seen.comm, seen.argv, seen.exe ?? linkOf(files, seen))
    if (judged) found.set(seen.pid, { ...judged, seen })
  }
  // Only the children of OpenNTPD say in their titles whose they are.
  for (const { name, seen } of found.values()) {
    const head = found.get(seen.parent)
    if (name === 'openntpd' && head?.name === 'ntpd') found.set(seen.parent, { ...head, name })
  }
  // chronyd, OpenNTPD and others split themselves into several processes; the first of them speaks for all.
  const heads = [...found.values()].filter(
    ({ name, seen }) => found.get(seen.parent)?.name !== name || seen.parent === seen.pid,
  )
  const timekeepers = heads.map(({ name, disciplines, seen }) => {
    const helped = [...found.values()].some(child => child.seen.parent === seen.pid && child.seen.able)
    return {
      name,
      pid: seen.pid,
      commandLine: seen.argv.join(' '),
      disciplines: disciplines && (seen.able || helped),
      seen,
    }
  })
  return [...timekeepers, ...kernelTimekeepers(files)].sort((a, b) => a.pid - b.pid)
}

/** Whose program it is only root may see, and a listing does not have it: then where the link of that name leads. */
function linkOf(files: Files, { argv: [program = ''] }: Process): string | undefined {
  const paths = program.startsWith('/') ? [program] : SBIN.map(folder => `${folder}/${program}`)
  return paths.map(files.link).find(link => link !== undefined)
}

const SBIN = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']

export const HYPERV_DRIVER = '/sys/bus/vmbus/drivers/hv_utils'

/** Hyper-V's time service is a driver: it sets the clock after a pause or a migration, and offers a PTP device. */
function kernelTimekeepers(files: Files): ToldTimekeeper[] {
  if (!files.exists(HYPERV_DRIVER)) return []
  return [{ name: 'hv_utils', pid: 0, commandLine: '(kernel driver)', disciplines: true, seen: undefined }]
}

interface Judged {
  readonly name: string
  readonly disciplines: boolean
}

/** `comm` is cut to 15 letters by the kernel. */
export function judgeProcess(comm: string, argv: readonly string[], exe?: string): Judged | undefined {
  const args = argv.slice(1)
  const judge = Object.hasOwn(KNOWN, comm) ? KNOWN[comm] : undefined
  if (judge) return judge(args, argv[0] ?? '', exe ?? '')
  // busybox runs under whatever name it was called by, or under its own.
  if (comm === 'busybox' && args[0] === 'ntpd') return KNOWN.ntpd!(args.slice(1), 'ntpd', 'busybox')
  return undefined
}

type Judge = (args: readonly string[], title: string, exe: string) => Judged

const always =
  (name: string): Judge =>
  () => ({ name, disciplines: true })

const unless =
  (name: string, measuresOnly: (args: readonly string[]) => boolean): Judge =>
  args => ({ name, disciplines: !measuresOnly(args) })

/** Short options that take a value, from the getopt strings of chrony 4 and linuxptp 4. */
const CHRONYD_VALUES = 'fFlLPtu'
/** Of htpdate 1.1 to 1.3. */
export const HTPDATE_VALUES = 'fimMpPu'
export const LINUXPTP_VALUES = { phc2sys: 'cCdfsEPISFRNOLMiunzlt', ptp4l: 'fipl' } as const

const KNOWN: Readonly<Record<string, Judge>> = {
  // -x: do not control the clock; -Q: print the offset and exit.
  chronyd: unless('chronyd', args => hasFlag(args, 'xQ', CHRONYD_VALUES)),
  ntpd: judgeNtpd,
  openntpd: unless('openntpd', args => hasFlag(args, 'n', 'fp')),
  'systemd-timesyn': always('systemd-timesyncd'),
  'ntp-daemon': always('ntpd-rs'),
  ptp4l: unless('ptp4l', setsOnlyItsCard),
  phc2sys: unless('phc2sys', setsOtherClock),
  // It only writes configurations and starts the others, which are listed themselves.
  timemaster: unless('timemaster', () => true),
  ptpd: always('ptpd'),
  ptpd2: always('ptpd'),
  sfptpd: always('sfptpd'),
  // -q: only ask.
  htpdate: unless('htpdate', args => hasFlag(args, 'q', HTPDATE_VALUES)),
  vmtoolsd: always('vmtoolsd'),
  VBoxService: unless('VBoxService', args => args.includes('--disable-timesync')),
  'qemu-ga': unless('qemu-ga', blocksSetTime),
  prltoolsd: always('prltoolsd'),
}

/** Three programs of one name. */
function judgeNtpd(args: readonly string[], title: string, exe: string): Judged {
  // busybox: -w only queries. (In the reference implementation it is another option.)
  if (exe.includes('busybox')) return { name: 'busybox ntpd', disciplines: !hasFlag(args, 'w', 'pSIk') }
  // OpenNTPD names its processes `ntpd: ntp engine` and so on; -n only checks the configuration.
  if (title.startsWith('ntpd: ') || exe.includes('openntpd') || args.some(word => OF_OPENNTPD.test(word))) {
    return { name: 'openntpd', disciplines: !hasFlag(args, 'n', 'fp') }
  }
  return { name: 'ntpd', disciplines: true }
}

/** Its configuration (-f); to the classic one -f names the file of its drift. */
const OF_OPENNTPD = /\/ntpd\.conf$/

function freeRunning(args: readonly string[]): boolean {
  return option(args, 'free_running') === '1'
}

/** With the stamps of a network card ptp4l sets the clock of that card; its file may say so, too, and its default is that. */
function setsOnlyItsCard(args: readonly string[]): boolean {
  const stamps = option(args, 'time_stamping')
  const onCard = stamps === undefined ? hasFlag(args, 'H', LINUXPTP_VALUES.ptp4l) : isOnCard(stamps)
  return freeRunning(args) || onCard || isFeed(option(args, 'clock_servo'))
}

/** Values of `time_stamping` of linuxptp; the others are `software` and `legacy`. */
export const isOnCard = (stamps: string): boolean => /^(?:hardware|onestep|p2p1step)$/i.test(stamps)

/** Values of `clock_servo` by which another program is told the time, or nobody. */
export const isFeed = (servo: string | undefined): boolean =>
  servo !== undefined && /^(?:ntpshm|refclock_sock|nullf)$/i.test(servo)

/** phc2sys sets CLOCK_REALTIME unless it is told of another clock (-c), or to find the clocks (-a) but not that one (-r). */
function setsOtherClock(args: readonly string[]): boolean {
  const target = args.find((_, i) => args[i - 1] === '-c') ?? args.find(arg => /^-c./.test(arg))?.slice(2)
  if (target !== undefined) return target !== 'CLOCK_REALTIME'
  const found = hasFlag(args, 'a', LINUXPTP_VALUES.phc2sys)
  const servo = args.find((_, i) => args[i - 1] === '-E') ?? args.find(arg => /^-E./.test(arg))?.slice(2)
  if (isFeed(servo ?? option(args, 'clock_servo'))) return true
  return freeRunning(args) || (found && !hasFlag(args, 'r', LINUXPTP_VALUES.phc2sys))
}

/** The agent sets the clock when it is asked to, unless that command is blocked. */
function blocksSetTime(args: readonly string[]): boolean {
  const blocked = ['block-rpcs', 'blacklist'].map(name => option(args, name) ?? '').join(',')
  const short = args.flatMap((arg, i) =>
    args[i - 1] === '-b' ? [arg] : /^-b./.test(arg) ? [arg.slice(2)] : [],
  )
  if (`${blocked},${short.join(',')}`.split(',').includes('guest-set-time')) return true
  const allowed = option(args, 'allow-rpcs')
  return allowed !== undefined && !allowed.split(',').includes('guest-set-time')
}

/** `--name=value` or `--name value`. */
export function option(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex(arg => arg === `--${name}` || arg.startsWith(`--${name}=`))
  if (at < 0) return undefined
  const [, value] = args[at]!.split('=', 2)
  return value ?? args[at + 1]
}

/** Does a cluster of short options (`-dx`) hold one of `letters`? Options in `valued` take the rest, or the next word. */
export function hasFlag(args: readonly string[], letters: string, valued: string): boolean {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    if (arg === '--') return false
    if (!/^-[^-]/.test(arg)) continue
    for (let j = 1; j < arg.length; j++) {
      if (letters.includes(arg[j]!)) return true
      if (!valued.includes(arg[j]!)) continue
      if (j === arg.length - 1) i++
      break
    }
  }
  return false
}
