/**
 * Takes the inventory of a machine from its files, or from those of a copy: one small file for each subject beside this one.
 * It reads and does nothing else; no program is asked.
 */
import type { Files } from '#core/guest/files.ts'
import type { Inventory, Missing } from '#core/guest/inventory.ts'
import { placeOfProcesses } from '#core/guest/processes.ts'
import { asksDaemon, switchesSyncOn } from '#dialects/linux/set-clock.ts'
import { readStart } from './boot/at-boot.ts'
import { findBoot } from './boot/boot.ts'
import { copyKind } from './copy/copy-kind.ts'
import { findReported } from './copy/reported.ts'
import { findDaemons, hasPrograms } from './daemons/daemons.ts'
import { hasPackages, readPackages } from './daemons/packages.ts'
import { hasServices } from './daemons/units.ts'
import { unreadWith } from './jobs/called-scripts.ts'
import { findJobs } from './jobs/jobs.ts'
import { restWhileRuns } from './jobs/resting-jobs.ts'
import { findMessages } from './logs/messages.ts'
import { findMissingKeys } from './logs/missing-keys.ts'
import { findSteps } from './logs/steps.ts'
import { findTimedOut } from './logs/timed-out.ts'
import { findClock } from './machine/clock.ts'
import { findClusterware } from './machine/clusterware.ts'
import { findContainer } from './machine/container.ts'
import { findCpus } from './machine/cpus.ts'
import { findPtpDevices, findVmclock, findVmgenid } from './machine/devices.ts'
import { findHypervisor } from './machine/hypervisor.ts'
import { findKernel } from './machine/kernel.ts'
import { findRtc } from './machine/rtc.ts'
import { findUptime } from './machine/uptime.ts'
import { findZone } from './machine/zone.ts'
import { fact, wholeFile } from './place.ts'
import { findSysctls } from './sysctls.ts'
import { findTools } from './tools.ts'

export function takeInventory(files: Files): Inventory {
  const messages = findMessages(files)
  const clockSource = wholeFile(files, 'sys/devices/system/clocksource/clocksource0/current_clocksource')
  const container = findContainer(files)
  const boot = findBoot(files)
  const commandLine = wholeFile(files, 'proc/cmdline')
  const words = commandLine && fact(commandLine.value.split(/\s+/), ...commandLine.evidence)
  const kernel = findKernel(files, boot)
  const packages = readPackages(files)
  const clocksource = clockSource?.value
  const hypervisor = findHypervisor(files, { clocksource, messages, kernel, boot })
  const processes = placeOfProcesses(files)
  const missing = findMissing(files, processes)
  const start = readStart(files)
  const { jobs, idle, scripts } = findJobs(files, start, packages)
  const daemons = findDaemons(files, { packages, hypervisor, container, processes, missing })
  const { acting, resting } = restWhileRuns(
    jobs.filter(job => !switchesSyncOn(job) && !asksDaemon(job)),
    daemons,
  )
  return {
    copy: copyKind(files),
    hostname: wholeFile(files, 'proc/sys/kernel/hostname') ?? wholeFile(files, 'etc/hostname'),
    hypervisor,
    container,
    kernel,
    uptime: findUptime(files),
    commandLine: words,
    boot,
    clock: findClock(files, {
      source: clockSource,
      commandLine: words,
      release: kernel.release?.value,
      start,
    }),
    cpus: findCpus(files),
    sysctls: findSysctls(files, start, kernel.distribution?.value),
    rtc: findRtc(files),
    zone: findZone(files),
    ptp: findPtpDevices(files),
    vmclock: findVmclock(files),
    vmgenid: findVmgenid(files),
    tools: findTools(files, {
      packages,
      hypervisor,
      container,
      processes,
      switches: jobs.filter(switchesSyncOn),
    }),
    daemons,
    clusterware: findClusterware(files),
    jobs: acting,
    idleJobs: [...idle, ...resting],
    daemonJobs: jobs.filter(job => asksDaemon(job) && job.repeats && job.unlessRuns === undefined),
    steps: findSteps(files),
    reported: [
      ...findReported(files),
      ...(daemons.some(({ name }) => name === 'systemd-timesyncd') ? findTimedOut(files) : []),
      ...(daemons.some(({ name }) => name === 'chronyd') ? findMissingKeys(files) : []),
    ],
    messages,
    missing,
    unread: unreadWith(files, scripts),
  }
}

function findMissing(files: Files, processes: string | undefined): Missing[] {
  if (files.own) return []
  const held: Readonly<Record<Missing, boolean>> = {
    processes: processes !== undefined,
    programs: hasPackages(files) || hasPrograms(files),
    services: hasServices(files),
  }
  return (['processes', 'programs', 'services'] as const).filter(each => !held[each])
}
