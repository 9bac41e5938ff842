/**
 * Oracle Clusterware: a node whose clock is stepped may be shut down by it, so its installation asks that NTP slews (`ntpd -x`; cluvfy
 * calls it PRVF-5439), and its own time service (octssd) only watches where there is a configuration of NTP.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import { processesNamed } from '#core/guest/processes.ts'
import { at, fact, firstThere } from '../place.ts'

export const isOfClusterware = (comm: string): boolean => /^(?:ocssd|octssd|crsd)\.bin$/.test(comm)

/** Where its registry is said to lie; whoever starts it with the machine. */
const FILES = ['/etc/oracle/ocr.loc', '/etc/systemd/system/oracle-ohasd.service', '/etc/init.d/init.ohasd']

export function findClusterware(files: Files): Fact<string> | undefined {
  const [seen] = processesNamed(files, isOfClusterware)
  if (seen) return fact(seen.comm, at(seen.path, seen.argv.join(' ').trim(), seen.line))
  const path = firstThere(files, FILES)
  return path === undefined ? undefined : fact(path, at(path, 'it is there'))
}
