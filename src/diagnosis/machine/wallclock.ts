/** Whether a classic Xen guest keeps a wall clock of its own: `xen.independent_wallclock`, as it is or as the files set it. */
import type { BootLine, Fact, Inventory, Sysctl } from '#core/guest/inventory.ts'
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
const wallclockAtBoot = (inventory: Inventory): Fact<string> | undefined =>
  inventory.commandLine ? onCommandLine(inventory) : inMenu(inventory)

/** By the menu; or by what this boot was told, which the host may have added (`extra=` of the domain's file) and adds again. */
export const isSetAtNextBoot = (inventory: Inventory): boolean =>
  (inMenu(inventory) ?? onCommandLine(inventory)) !== undefined

const onCommandLine = ({ commandLine }: Inventory): Fact<string> | undefined =>
  commandLine?.value.some(isIndependentWallclock) ? { value: '1', evidence: commandLine.evidence } : undefined

function inMenu(inventory: Inventory): Fact<string> | undefined {
  const lines = kernelsOf(inventory)
  return lines.length > 0 && lines.every(line => line?.words.some(isIndependentWallclock))
    ? { value: '1', evidence: lines.flatMap(line => line?.evidence ?? []) }
    : undefined
}

function kernelsOf({ boot }: Inventory): (BootLine | undefined)[] {
  const preset = boot.entries.filter(({ isDefault }) => isDefault)
  return (preset.length > 0 ? preset : boot.entries).map(({ kernel }) => kernel)
}

/** The wall clock of a classic Xen guest is that of its host, unless it is told otherwise; a daemon has no part in it then. */
export const followsHost = (inventory: Inventory): boolean =>
  inventory.hypervisor?.value.name === 'xen-pv' &&
  !inventory.hypervisor.value.controlDomain &&
  inventory.kernel.flavour?.value === 'classic-xen' &&
  wallclockValue(inventory)?.value !== '1'
