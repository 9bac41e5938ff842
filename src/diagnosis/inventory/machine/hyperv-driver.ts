/**
 * Is Hyper-V's driver of time (hv_utils) loaded? A running machine has a folder for it, and there that is all to be asked. A copy often
 * lacks that folder: a sosreport has the list of modules and what the kernel said, and a disk the modules that udev loads for
 * each device of the bus (hv_util.c names them by MODULE_DEVICE_TABLE).
 */
import type { Files } from '#core/guest/files.ts'
import type { Place } from '#core/guest/inventory.ts'
import { HYPERV_DRIVER } from '#core/guest/timekeepers.ts'
import { MOST_LOG } from '../logs/log-lines.ts'
import { at, findLine } from '../place.ts'

const LOADED = ['/proc/modules', '/sos_commands/kernel/lsmod', '/lsmod']
const SAID = ['/dev/kmsg', '/sos_commands/kernel/dmesg', '/var/log/dmesg']
const MODULES = ['/lib/modules', '/usr/lib/modules']

export function findHypervDriver(files: Files): Place | undefined {
  if (files.exists(HYPERV_DRIVER)) return at(HYPERV_DRIVER, 'the driver is loaded')
  if (files.own) return undefined
  return (
    findLine(files, LOADED, /^hv_utils\s/) ??
    findLine(files, SAID, /\bhv_utils: (?:TimeSync\b|Registering HyperV Utility Driver)/, MOST_LOG)
  )?.place
}

/** Of a guest of Hyper-V that does not run. */
export function findHypervModule(files: Files): Place | undefined {
  const lists = MODULES.flatMap(folder =>
    files
      .names(folder)
      .flatMap(release => ['modules.dep', 'modules.builtin'].map(list => `${folder}/${release}/${list}`)),
  )
  return findLine(files, lists, /^\S*\/hv_utils\.ko\b/, MOST_LOG)?.place
}
