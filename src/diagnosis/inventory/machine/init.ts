/** What starts a machine: systemd, or something older. */
import type { Files } from '#core/guest/files.ts'

const INITS = ['/sbin/init', '/usr/sbin/init']

/** Is its first program known, and not systemd? */
export function hasOtherInit(files: Files): boolean {
  const init = INITS.find(path => files.exists(path) || files.link(path) !== undefined)
  return init !== undefined && !files.link(init)?.includes('systemd') && !files.exists('/run/systemd/system')
}

const SYSTEMD = ['/run/systemd/system', '/usr/lib/systemd/systemd', '/lib/systemd/systemd']

/** The program; of a sosreport, which holds none, the folder of units. */
export const hasSystemd = (files: Files): boolean => [...SYSTEMD, '/etc/systemd/system'].some(files.exists)

export const hasProgramOfSystemd = (files: Files): boolean => SYSTEMD.some(files.exists)
