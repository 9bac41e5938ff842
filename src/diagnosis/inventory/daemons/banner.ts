/**
 * The version that a daemon says in the logs as it starts, for where no list of packages names it: one that was built by hand, or a
 * disk whose packages are in a database that is not read. The last start counts.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import { linesOfLog } from '../logs/log-lines.ts'
import { PROGRAM_LOGS } from '../logs/messages.ts'
import { at, fact } from '../place.ts'

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
    const last = linesOfLog(files, path).findLast(({ text }) => pattern.test(text))
    if (last) return fact(pattern.exec(last.text)![1]!, at(last.path, last.text, last.line))
  }
  return undefined
}
