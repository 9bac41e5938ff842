/** Which file of a daemon has which other one read, and what that means for settings of which the last counts. */
import type { Include } from '#dialects/named-source.ts'
import type { NtpdConf, Setting } from '#dialects/ntpd/conf.ts'
import { matchesPath } from '#dialects/path-pattern.ts'
import { type LineOfFile, readingOrder } from '#dialects/reading-order.ts'
import type { LintSubject, Part } from './subject.ts'

type Including = Part<{ readonly includes: readonly Include[] }>

export interface Read {
  readonly from: number
  readonly line: number
  readonly to: number
}

/** The files of a `sourcedir` have none read. */
export const readsOf = (parts: readonly Including[]): Read[] =>
  parts.flatMap(({ file: from, path: own, read }) =>
    read.includes
      .filter(({ suffix }) => suffix !== '.sources')
      .flatMap(include =>
        parts
          .filter(({ path }) => isReadBy(own, include, path))
          .map(({ file: to }) => ({ from, line: include.line, to })),
      ),
  )

/** Is `path` one of those that this line of `main` includes? Who gathered them may have put both into one folder. */
export const isReadBy = (main: string, { kind, paths, suffix }: Include, path: string): boolean =>
  paths.some(
    each =>
      isBelowSomeRoot(path, kind === 'files' ? each : `${each}/*${suffix}`) ||
      (kind === 'files' && path !== main && path === `${folderOf(main)}${each.replace(/^.*\//, '')}`),
  )

const folderOf = (path: string): string => path.replace(/[^/]*$/, '')

/** Of a copy of a machine, wherever that lies. */
const isBelowSomeRoot = (path: string, pattern: string): boolean => {
  const steps = pattern.split('/').filter(step => step !== '').length
  return matchesPath(path.split('/').slice(-steps).join('/'), pattern)
}

/** What is read last. */
export function lastRead<T extends LineOfFile>(
  parts: readonly Including[],
  places: readonly T[],
): T | undefined {
  const includedBy = new Map(readsOf(parts).map(({ from, line, to }) => [to, { file: from, line }]))
  return places.toSorted(readingOrder(includedBy)).at(-1)
}

/** The directive of that name that counts. */
export const lastDirective = ({ chrony }: LintSubject, wanted: string) =>
  lastRead(
    chrony,
    chrony.flatMap(({ file, read }) =>
      read.directives.filter(({ name }) => name === wanted).map(each => ({ ...each, file })),
    ),
  )

/** The setting of ntpd that counts. */
export const lastSetting = <T>(
  { ntp }: LintSubject,
  pick: (conf: NtpdConf) => Setting<T> | undefined,
): (Setting<T> & { readonly file: number }) | undefined =>
  lastRead(
    ntp,
    ntp.flatMap(({ file, read }) => {
      const said = pick(read)
      return said ? [{ ...said, file }] : []
    }),
  )
