/**
 * Of settings that stand in several files the one that is read last counts, and a file is read where another one includes it: between
 * the lines before and behind that line (`include` and `confdir` in conf.c of chrony, `includefile` in ntp_scanner.c).
 */
import type { ConfigurationFile, Place } from '#core/guest/inventory.ts'
import { linesOf } from './named-source.ts'

export interface LineOfFile {
  readonly file: number
  readonly line: number
}

/** Compares places by when they are read. What includes a file is given by its number; others are read in the order of their numbers. */
export function readingOrder(
  includedBy: ReadonlyMap<number, LineOfFile>,
): (one: LineOfFile, other: LineOfFile) => number {
  // The number of a file that nothing includes, a line of it, the number of a file that it includes, a line of that, …
  const way = ({ file, line }: LineOfFile, passed: readonly number[] = []): number[] => {
    const by = passed.includes(file) ? undefined : includedBy.get(file)
    return by ? [...way(by, [...passed, file]), file, line] : [file, line]
  }
  return (one, other) => {
    const [a, b] = [way(one), way(other)]
    const differs = a.findIndex((step, index) => step !== b[index])
    return differs < 0 ? a.length - b.length : a[differs]! - (b[differs] ?? Number.NEGATIVE_INFINITY)
  }
}

/** All lines of what a daemon reads, one after the other as it reads them, each with its place. */
export function linesAsRead(
  configuration: readonly ConfigurationFile[],
): readonly (Place & { readonly line: number })[] {
  const includedBy = new Map(
    configuration.flatMap(({ includedBy: by }, file) => {
      const from = configuration.findIndex(({ path }) => path === by?.path)
      return from < 0 || by?.line === undefined ? [] : [[file, { file: from, line: by.line }] as const]
    }),
  )
  return configuration
    .flatMap(({ path, text }, file) =>
      linesOf(text).map((content, index) => ({ file, path, line: index + 1, text: content })),
    )
    .sort(readingOrder(includedBy))
}

/** As if it all stood in one file: of settings that are made twice the last one counts. */
export const textAsRead = (configuration: readonly ConfigurationFile[]): string =>
  linesAsRead(configuration)
    .map(({ text }) => text)
    .join('\n')
