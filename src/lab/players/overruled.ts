/** Settings of chrony.conf that another file makes otherwise: the one that is read last counts (conf.c), wherever it stands. */
import type { ChronyConf } from '#dialects/chrony/conf.ts'
import { type LinePlace, lineName } from './line-name.ts'

export function overruledIn(
  { directives, said }: ChronyConf,
  placeOf: (line: number) => LinePlace,
): { readonly line: number; readonly why: string }[] {
  const settings = directives.filter(({ name }) => Object.hasOwn(said, name))
  return settings.flatMap(({ name, line, text, words }) => {
    const last = settings.findLast(each => each.name === name)!
    const place = placeOf(last.line)
    return place.file === placeOf(line).file || last.words.join(' ') === words.join(' ')
      ? []
      : [{ line, why: `"${text}" does not count: "${last.text}" is read later, ${lineName(place)}` }]
  })
}
