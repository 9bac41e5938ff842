/** Which files a pattern or a row of directories means, as daemons look for what they include. */
import { byBytes, type Files } from '#core/guest/files.ts'
import { isPattern, matchesPattern } from './path-pattern.ts'

type Names = Pick<Files, 'names'>

/** The paths that match a pattern, sorted, at most so many. A path without wildcards stands for itself. */
export function expandPattern(
  files: Names,
  pattern: string,
  most: number,
): { readonly paths: string[]; readonly cut: boolean } {
  let paths = ['']
  let cut = false
  for (const segment of pattern.split('/').filter(each => each !== '')) {
    const expanded = isPattern(segment)
      ? paths.flatMap(path =>
          files
            .names(path || '/')
            .filter(name => matchesPattern(name, segment))
            .map(name => `${path}/${name}`),
        )
      : paths.map(path => `${path}/${segment}`)
    cut ||= expanded.length > most
    paths = expanded.slice(0, most)
  }
  return { paths, cut }
}

/** Files with that ending, sorted by name; a name that several directories have counts in the first of them. */
export function firstOfEachName(files: Names, directories: readonly string[], suffix: string): string[] {
  const paths = new Map<string, string>()
  for (const directory of directories) {
    for (const name of files.names(directory)) {
      if (name.endsWith(suffix) && !name.startsWith('.') && !paths.has(name))
        paths.set(name, `${directory.replace(/\/+$/, '')}/${name}`)
    }
  }
  return [...paths].sort(([a], [b]) => byBytes(a, b)).map(([, path]) => path)
}
