/** How the program is called that is run to set the clock once. */
import type { Keeper } from '../keeper.ts'

/** ntpdate does nothing else. */
export const commandRun = ({ daemon, name }: Keeper): string =>
  ({ ntpd: 'ntpd -q', chrony: 'chronyd -q', timesyncd: name, other: name })[daemon]
