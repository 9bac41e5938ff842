/** What a repair needs of the machine that it works on: its clock, its daemons, its processors. */
import { existsSync, readFileSync } from 'node:fs'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { parseCpuList } from '#core/guest/cpu-list.ts'
import type { Files } from '#core/guest/files.ts'
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { nameCpus } from '#diagnosis/cpus/subject.ts'
import { hasOtherInit, hasProgramOfSystemd } from '#diagnosis/inventory/machine/init.ts'
import type { ServiceManager } from '#diagnosis/repair/services.ts'
import type { ClockStep, Proof } from '#diagnosis/repair/step.ts'
import { openFiles } from '#worlds/host/files.ts'
import { stepOnce } from '#worlds/host/helm.ts'
import { loadLibc } from '#worlds/libc.ts'
import { agreedOffset, liveSources } from '../check/live.ts'
import { examineCpus } from '../cli/commands/machine/cpus.ts'
import { measureOnce, patience } from '../cli/measure.ts'
import { run } from './live-change.ts'
import { placeBelow } from './place.ts'
import { provesEnded, provesToRun } from './service.ts'

const SAMPLES = 2
/** For a comparison of processors. */
const CPU_TIME: Seconds = 2
/** What a clock may drift, and a daemon slew, between the plan and the step. */
const CHANGED: Seconds = 0.1

/** Undefined when it was stepped, else why not. Measured anew: the plan may be old, and somebody may have put it right. */
export async function stepClock(planned: ClockStep): Promise<string | undefined> {
  const now = await ask(planned.servers)
  if (now === undefined) return 'no source answers, so it is not known by how much to step'
  if (Math.abs(now.offset - planned.offset) > now.bound + planned.bound + CHANGED)
    return `the clock is off by ${duration(now.offset)} now, and was by ${duration(planned.offset)} when the plan was made; make a new one`
  const loaded = loadLibc()
  if (loaded.kind === 'missing') return `the clock cannot be set from here: ${loaded.text}`
  stepOnce(loaded.libc, now.offset)
  return undefined
}

async function ask(servers: readonly string[]): Promise<{ offset: Seconds; bound: Seconds } | undefined> {
  const sources = servers.map(address => ({ ...SOURCE_DEFAULTS, name: address, address }))
  const status = await measureOnce(sources, {
    samples: SAMPLES,
    timeout: patience(SAMPLES),
    agent: AGENT_DEFAULTS,
  })
  const { offset, bound } = agreedOffset(liveSources(status))
  return offset === undefined || bound === undefined ? undefined : { offset, bound }
}

/** Those that differ; of two that do, nobody may be able to tell which one is right. */
export async function oddCpus(): Promise<readonly number[]> {
  const online = openFiles().text('sys/devices/system/cpu/online')
  const among = online === undefined ? undefined : parseCpuList(online)
  const { clocks } = await examineCpus({ clock: 'realtime', time: CPU_TIME, ...(among ? { among } : {}) })
  return (clocks.compared?.cpus ?? [])
    .filter(({ verdict }) => verdict === 'odd' || verdict === 'undecided')
    .map(({ cpu }) => cpu)
}

/** Undefined when it holds, else what is wrong. */
export async function prove(proof: Exclude<Proof, { kind: 'reads' }>): Promise<string | undefined> {
  switch (proof.kind) {
    case 'accepts': {
      const { ok, said } = await run(proof.run)
      return ok ? undefined : `${proof.run.join(' ')}: ${said || 'failed'}`
    }
    case 'runs':
      return provesToRun(proof.program, proof.within)
    case 'ended':
      return provesEnded(proof.program, proof.within)
    case 'cpus-agree': {
      const odd = await oddCpus()
      return odd.length === 0 ? undefined : `the clocks still differ: ${nameCpus(odd)}`
    }
    case 'clock': {
      const now = await ask(proof.servers)
      if (now === undefined) return 'no source answers any more'
      return Math.abs(now.offset) - now.bound <= proof.within
        ? undefined
        : `the clock is still off by ${duration(now.offset)}`
    }
  }
}

/** Who starts services there; of a copy by the program that would, since nothing of it runs. */
export function findServiceManager(root: string): ServiceManager {
  const isThere = (...paths: readonly string[]) => paths.some(path => existsSync(placeBelow(root, path)))
  const live = root === '/'
  const other = !live && wasOtherInit(openFiles(root))
  if (!other && isThere(...(live ? ['/run/systemd/system'] : SYSTEMD))) return 'systemd'
  if (isThere(...(live ? ['/run/openrc/softlevel'] : OPENRC))) return 'openrc'
  if (isThere('/etc/openwrt_release')) return 'openwrt'
  if (isThere('/etc/rc.d/init.d', '/sbin/chkconfig', '/usr/sbin/chkconfig')) return 'chkconfig'
  if (!live) {
    const scripts = isThere('/etc/inittab', ...(other ? ['/etc/init.d'] : []))
    return !scripts ? 'none' : isThere(...OF_CHKCONFIG) ? 'chkconfig' : 'sysv-rc'
  }
  // Debian's containers have the scripts too, and nobody who runs them.
  const scripts = isThere('/usr/sbin/update-rc.d', '/sbin/update-rc.d')
  return scripts && readFileSync('/proc/1/comm', 'utf8').trim() === 'init' ? 'sysv-rc' : 'none'
}

/** Ubuntu 14.04 and Debian 7 have units, too, and nobody who starts them. systemd never calls itself `init`. */
function wasOtherInit(files: Files): boolean {
  const first = files.text('/proc/1/comm')?.trim()
  return first === undefined ? hasOtherInit(files) && !hasProgramOfSystemd(files) : first === 'init'
}

const SYSTEMD = [
  '/usr/lib/systemd/systemd',
  '/lib/systemd/systemd',
  '/etc/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
]
/** By these distributions name themselves that have chkconfig, which itself a copy may lack. */
const OF_CHKCONFIG = ['/etc/redhat-release', '/etc/SuSE-release']
const OPENRC = ['/sbin/openrc', '/usr/sbin/openrc', '/etc/runlevels']
