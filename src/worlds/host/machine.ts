/** What is known of the machine whose clock this is, read from /proc and /sys of it or of a collected copy. */
import { cpus, hostname, release } from 'node:os'
import { parseCpuList } from '#core/guest/cpu-list.ts'
import type { MachineFacts } from '#core/guest/facts.ts'
import type { Files } from '#core/guest/files.ts'
import { findHypervisor, readClues } from '#core/guest/hypervisor.ts'
import { findTimekeepers } from '#core/guest/timekeepers.ts'
import { openFiles } from './files.ts'

const CLOCKSOURCE = 'sys/devices/system/clocksource/clocksource0'

/** `root` is the directory below which the files of the machine are found. */
export function readMachine(root = '/'): MachineFacts {
  const files = openFiles(root)
  return {
    hostname:
      files.text('proc/sys/kernel/hostname') ?? files.text('etc/hostname') ?? (files.own ? hostname() : ''),
    kernel: files.text('proc/sys/kernel/osrelease') ?? (files.own ? release() : ''),
    cpus: countCpus(files),
    hypervisor: findHypervisor(readClues(files)),
    clocksource: files.text(`${CLOCKSOURCE}/current_clocksource`),
    clocksources: files.text(`${CLOCKSOURCE}/available_clocksource`)?.split(/\s+/) ?? [],
    timekeepers: findTimekeepers(files),
    boot: files.text('proc/sys/kernel/random/boot_id') ?? '',
  }
}

function countCpus(files: Files): number {
  const online = files.text('sys/devices/system/cpu/online')
  const counted = online === undefined ? undefined : parseCpuList(online)?.length
  const listed = files.text('proc/cpuinfo')?.match(/^processor\s*:/gm)?.length
  return counted ?? listed ?? (files.own ? cpus().length : 0)
}
