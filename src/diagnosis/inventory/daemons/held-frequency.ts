/**
 * Which correction of the rate a daemon holds: what it wrote down for its next start, and what programs of it printed when a copy
 * was made. What is printed is newer, and comes first.
 */
import type { Files } from '#core/guest/files.ts'
import type { ConfigurationFile, Fact } from '#core/guest/inventory.ts'
import type { Rate } from '#core/time/units.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import * as chrony from '#dialects/chrony/drift.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import * as ntpd from '#dialects/ntpd/drift.ts'
import { textAsRead } from '#dialects/reading-order.ts'
import { at, fact, linesIn, textAt } from '../place.ts'

type ReadRate = (text: string) => Rate | undefined

interface Dialect {
  readonly inFile: ReadRate
  readonly file: (conf: string) => string | undefined
  readonly folder: string
  readonly names: RegExp
  readonly inLine: ReadRate
}

/** Names of what was printed are those of sos' plugins. */
const CHRONY: Dialect = {
  inFile: chrony.frequencyInDriftFile,
  file: conf => readChronyConf(conf, '').said.driftfile,
  folder: '/sos_commands/chrony',
  names: /^chronyc_(?:-n_)?tracking$/,
  inLine: chrony.frequencyInTracking,
}
const NTPD: Dialect = {
  inFile: ntpd.frequencyInDriftFile,
  file: conf => parseConf(conf, '').driftfile?.value,
  folder: '/sos_commands/ntp',
  names: /^(?:ntptime|ntpq_-n?c_(?:rv|readvar)(?:_0)?)$/,
  inLine: ntpd.frequencyInPrinted,
}
const DIALECTS: Readonly<Record<string, Dialect>> = { chronyd: CHRONY, ntpd: NTPD, ntpsec: NTPD }

export function findHeldFrequency(
  files: Files,
  daemon: string,
  configuration: readonly ConfigurationFile[],
): Fact<Rate> | undefined {
  const dialect = DIALECTS[daemon]
  if (!dialect) return undefined
  const path = dialect.file(textAsRead(configuration))
  const text = path?.startsWith('/') ? textAt(files, path) : undefined
  const written = text === undefined ? undefined : dialect.inFile(text)
  const printed = files
    .names(dialect.folder)
    .filter(name => dialect.names.test(name))
    .flatMap(name => {
      const from = `${dialect.folder}/${name}`
      return linesIn(files, from).flatMap((line, index) => {
        const rate = dialect.inLine(line)
        return rate === undefined ? [] : [fact(rate, at(from, line.trim(), index + 1))]
      })
    })
  const inFile = written === undefined ? [] : [fact(written, at(path!, text!.trim().split('\n')[0]!, 1))]
  const [newest, ...older] = [...printed, ...inFile]
  return newest && fact(newest.value, ...newest.evidence, ...older.flatMap(({ evidence }) => evidence))
}
