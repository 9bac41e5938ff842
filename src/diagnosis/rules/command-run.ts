/** How the program is called that is run once, to set the clock or to look at it. */
import type { Keeper } from '../keeper.ts'

/** ntpdate does nothing else. */
export const commandRun = ({ daemon, name }: Keeper): string =>
  ({ ntpd: 'ntpd -q', chrony: 'chronyd -q', timesyncd: name, other: name })[daemon]

export const commandLook = ({ daemon, name }: Keeper): string => (daemon === 'chrony' ? 'chronyd -Q' : name)
