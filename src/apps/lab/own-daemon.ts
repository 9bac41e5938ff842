/**
 * Which daemon keeps this machine's clock, with what configuration: read from /proc and from the places where distributions put
 * the files. The version is asked of the program itself (`--version`, which does nothing else in ntpd and chronyd).
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findTimekeepers } from '#core/guest/timekeepers.ts'
import { readSystemdConfiguration } from '#diagnosis/inventory/daemons/configuration.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { writtenDaemon } from '#lab/players/daemon-name.ts'
import { openFiles } from '#worlds/host/files.ts'

export interface OwnDaemon {
  readonly daemon: string | undefined
  readonly options: string | undefined
  readonly config: string | undefined
  /** Where that was read. */
  readonly evidence: string
}

const NTP_CONFS = ['/etc/ntp.conf', '/etc/ntpsec/ntp.conf']
const CHRONY_CONFS = ['/etc/chrony/chrony.conf', '/etc/chrony.conf']
/** Daemons whose version and options change nothing in the lab: where their files are, and the option that names another. */
const OTHERS: Readonly<Record<string, { readonly option: string; readonly files: readonly string[] }>> = {
  chronyd: { option: '-f', files: CHRONY_CONFS },
  openntpd: { option: '-f', files: ['/etc/openntpd/ntpd.conf', '/etc/ntpd.conf'] },
  'ntpd-rs': { option: '-c', files: ['/etc/ntpd-rs/ntp.toml'] },
}
const TIMESYNCD = 'systemd-timesyncd'
const VERSION_TIMEOUT_MS = 2000

/** Undefined when no daemon that can be played runs here, and neither ntpd nor chronyd has a configuration. */
export function findOwnDaemon(): OwnDaemon | undefined {
  const running = findTimekeepers(openFiles()).find(
    ({ name, disciplines }) =>
      disciplines && (name === 'ntpd' || name === TIMESYNCD || OTHERS[name] !== undefined),
  )
  if (!running) {
    const config = [...CHRONY_CONFS, ...NTP_CONFS].find(existsSync)
    if (config === undefined) return undefined
    return {
      daemon: undefined,
      options: undefined,
      config,
      evidence: `No daemon runs here; ${config} is there.`,
    }
  }
  const argv = running.commandLine.trim().split(/\s+/).slice(1)
  const evidence = `Process ${running.pid}: ${running.commandLine.trim()}.`
  if (running.name === TIMESYNCD)
    return { daemon: writtenDaemon(TIMESYNCD), options: undefined, config: timesyncdConf(), evidence }
  const other = OTHERS[running.name]
  if (other) {
    const { option, files } = other
    return {
      daemon: writtenDaemon(running.name),
      options: undefined,
      config: valueAfter(argv, option) ?? files.find(existsSync),
      evidence,
    }
  }
  return {
    daemon: ntpdVersion(running.pid),
    options: clockOptions(argv),
    config: parseOptions(argv).config ?? NTP_CONFS.find(existsSync),
    evidence,
  }
}

/** The first of its files; where that is one that adds to another, the other, be it there or not. */
function timesyncdConf(): string | undefined {
  const [first] = readSystemdConfiguration(openFiles(), 'timesyncd.conf').configuration
  return first && (first.path.includes('.d/') ? '/etc/systemd/timesyncd.conf' : first.path)
}

/** Of the command line of ntpd what has a bearing on the clock. */
export function clockOptions(argv: readonly string[]): string {
  const { allowPanic, forceStep, slew, quit } = parseOptions(argv)
  const letters = { g: allowPanic, G: forceStep, x: slew, q: quit }
  return Object.entries(letters)
    .filter(([, isSaid]) => isSaid)
    .map(([letter]) => `-${letter}`)
    .join(' ')
}

const valueAfter = (argv: readonly string[], option: string): string | undefined =>
  argv.find((_, i) => argv[i - 1] === option)

/** `ntpd 4.2.8p15@1.3728-o …` or `ntpd ntpsec-1.2.2`. */
function ntpdVersion(pid: number): string | undefined {
  const program = openFiles().link(`proc/${pid}/exe`) ?? ['/usr/sbin/ntpd', '/usr/bin/ntpd'].find(existsSync)
  if (program === undefined || !/\/ntpd$/.test(program)) return undefined
  try {
    const said = execFileSync(program, ['--version'], {
      encoding: 'utf8',
      timeout: VERSION_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [, sec, number] = /ntpd\s+(ntpsec-)?(\d+\.\d+(?:\.\d+)?(?:p\d+)?)/.exec(said) ?? []
    return number === undefined ? undefined : writtenDaemon(sec ? 'ntpsec' : 'ntpd', number)
  } catch {
    return undefined
  }
}
