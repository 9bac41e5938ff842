/** Whether a classic Xen guest keeps a wall clock of its own: `xen.independent_wallclock`, as it is or as the files set it. */
import type { Fact, Inventory, Sysctl } from '#core/guest/inventory.ts'
import { isIndependentWallclock } from '#dialects/linux/kernel-release.ts'

export const WALLCLOCK_SETTING = 'xen.independent_wallclock'

export const wallclockSetting = ({ sysctls }: Inventory): Sysctl | undefined =>
  sysctls.find(({ name }) => name === WALLCLOCK_SETTING)

/** The running value decides; on a disk the last that a file sets, and where none does the command line of the kernel. */
export function wallclockValue(inventory: Inventory): Fact<string> | undefined {
  const setting = wallclockSetting(inventory)
  return setting?.running ?? setting?.set.at(-1) ?? wallclockAtBoot(inventory)
}

/** As the kernel that runs was told, else every one that is started when nobody chooses. */
export function wallclockAtBoot({ commandLine, boot }: Inventory): Fact<string> | undefined {
  if (commandLine?.value.some(isIndependentWallclock)) return { value: '1', evidence: commandLine.evidence }
  if (commandLine) return undefined
  const preset = boot.entries.filter(({ isDefault }) => isDefault)
  const lines = (preset.length > 0 ? preset : boot.entries).map(({ kernel }) => kernel)
  return lines.length > 0 && lines.every(line => line?.words.some(isIndependentWallclock))
    ? { value: '1', evidence: lines.flatMap(line => line?.evidence ?? []) }
    : undefined
}

/** The wall clock of a classic Xen guest is that of its host, unless it is told otherwise; a daemon has no part in it then. */
export const followsHost = (inventory: Inventory): boolean =>
  inventory.hypervisor?.value.name === 'xen-pv' &&
  !inventory.hypervisor.value.controlDomain &&
  inventory.kernel.flavour?.value === 'classic-xen' &&
  wallclockValue(inventory)?.value !== '1'
