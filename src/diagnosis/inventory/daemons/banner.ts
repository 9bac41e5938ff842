/**
 * The version that a daemon says in the logs as it starts, for where no list of packages names it: one that was built by hand, or a
 * disk whose packages are in a database that is not read. The last start counts.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import { MOST_LOG, PROGRAM_LOGS } from '../logs/messages.ts'
import { at, fact, linesIn } from '../place.ts'

/** `chronyd version 4.3 starting (+CMDMON …)`, `ntpd 4.2.6p5@1.2349-o …`, `INIT: ntpd ntpsec-1.2.2: Starting`. */
const BANNERS: Readonly<Record<string, RegExp>> = {
  chronyd: /chronyd version (\d[\w.]{0,20}) starting/,
  ntpd: /\bntpd (4\.\d[\w.]{0,20})@/,
  ntpsec: /\bntpd ntpsec-(\d+(?:\.\d+){1,3})/,
}

export const isBanner = (line: string): boolean => Object.values(BANNERS).some(pattern => pattern.test(line))

export function findBanner(files: Files, daemon: string): Fact<string> | undefined {
  const pattern = Object.hasOwn(BANNERS, daemon) ? BANNERS[daemon] : undefined
  if (!pattern) return undefined
  for (const path of PROGRAM_LOGS) {
    const lines = linesIn(files, path, MOST_LOG)
    const last = lines.findLastIndex(line => pattern.test(line))
    if (last >= 0) return fact(pattern.exec(lines[last]!)![1]!, at(path, lines[last]!, last + 1))
  }
  return undefined
}
