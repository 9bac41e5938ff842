/**
 * A configuration that is split over files, as the one text that models read: of settings that are made twice the last one counts,
 * and what includes a file stands around it (`reading-order.ts`). Of a file of a `sourcedir` chronyd takes whole lines that name a source
 * and nothing else, once it has read all the others (conf.c).
 */
import type { ConfigurationFile } from '#core/guest/inventory.ts'
import { readChronySources } from '#dialects/chrony/conf.ts'
import { asNamed, linesOf } from '#dialects/named-source.ts'
import { linesAsRead } from '#dialects/reading-order.ts'
import { type LinePlace, lineName } from './line-name.ts'

export interface OneText {
  readonly text: string
  /** Where each line of it stands. */
  readonly lines: readonly LinePlace[]
  /** What is not in it, because the daemon does not take it. */
  readonly passedOver: readonly string[]
}

/** The main file is the first, unless it is not there and others count without it. */
export function oneText(
  configuration: readonly ConfigurationFile[],
  mainPath = configuration[0]?.path,
): OneText {
  const placeOf = (path: string, line: number): LinePlace => ({
    line,
    file: path === mainPath ? undefined : path,
  })
  const [only, ...more] = configuration
  if (only && more.length === 0)
    return {
      text: only.text,
      lines: linesOf(only.text).map((_, i) => placeOf(only.path, i + 1)),
      passedOver: [],
    }
  const all = linesAsRead(configuration)
  const ofSources = configuration
    .filter(({ includedBy }) => /^sourcedir\s/i.test(includedBy?.text ?? ''))
    .map(({ path, text }) => readChronySources(text, path))
  // systemd passes over the mark of a drop-in, which nothing includes.
  const marked = new Map(
    configuration
      .filter(({ path, includedBy }) => includedBy || path === mainPath)
      .map(({ path, text }) => [path, text]),
  )
  const others = all
    .filter(({ path }) => ofSources.every(({ file }) => file !== path))
    .map(each => ({ ...each, text: asNamed(each.text, each.line, marked.get(each.path) ?? '') }))
  const taken = ofSources.flatMap(({ file, sources, notUnderstood }) => {
    const lines = new Set(sources.map(({ line }) => line))
    for (const { line } of notUnderstood) lines.delete(line)
    return all.filter(({ path, line }) => path === file && lines.has(line))
  })
  const read = [...others, ...taken]
  return {
    text: read.map(({ text }) => text).join('\n'),
    lines: read.map(({ path, line }) => placeOf(path, line)),
    passedOver: ofSources.flatMap(({ file, notUnderstood, neverFound }) =>
      [...notUnderstood, ...neverFound].map(
        ({ line, why }) => `${lineName(placeOf(file, line))} is passed over by chronyd: ${why}`,
      ),
    ),
  }
}
