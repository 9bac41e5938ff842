/** Settings of chrony.conf that another file makes otherwise: the one that is read last counts (conf.c), wherever it stands. */
import type { ChronyConf } from '#dialects/chrony/conf.ts'

export function overruledIn(
  { directives, said }: ChronyConf,
  nameOf: (line: number) => string,
): { readonly line: number; readonly why: string }[] {
  const settings = directives.filter(({ name }) => Object.hasOwn(said, name))
  const fileOf = (line: number): string => nameOf(line).replace(/^line \d+/, '')
  return settings.flatMap(({ name, line, text, words }) => {
    const last = settings.findLast(each => each.name === name)!
    return fileOf(last.line) === fileOf(line) || last.words.join(' ') === words.join(' ')
      ? []
      : [{ line, why: `"${text}" does not count: "${last.text}" is read later, ${nameOf(last.line)}` }]
  })
}
