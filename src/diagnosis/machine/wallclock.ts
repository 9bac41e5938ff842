/** Whether a classic Xen guest keeps a wall clock of its own: `xen.independent_wallclock`, as it is or as the files set it. */
import type { Fact, Inventory, Sysctl } from '#core/guest/inventory.ts'

export const WALLCLOCK_SETTING = 'xen.independent_wallclock'

export const wallclockSetting = ({ sysctls }: Inventory): Sysctl | undefined =>
  sysctls.find(({ name }) => name === WALLCLOCK_SETTING)

/** The running value decides; on a disk the last that a file sets. */
export const wallclockValue = (setting: Sysctl | undefined): Fact<string> | undefined =>
  setting?.running ?? setting?.set.at(-1)

/** The wall clock of a classic Xen guest is that of its host, unless it is told otherwise; a daemon has no part in it then. */
export const followsHost = (inventory: Inventory): boolean =>
  inventory.hypervisor?.value.name === 'xen-pv' &&
  !inventory.hypervisor.value.controlDomain &&
  inventory.kernel.flavour?.value === 'classic-xen' &&
  wallclockValue(wallclockSetting(inventory))?.value !== '1'
