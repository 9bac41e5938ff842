/**
 * What `authselectmode` makes of the sources that prove themselves (`nts`, `key`) and of those that do not (chrony.conf(5);
 * update_sel_options of sources.c): some are not followed, or those that prove themselves are trusted and required.
 * A source with `noselect` is followed by nobody, and counts for neither side.
 */
import type { ChronyConf } from './conf.ts'
import type { ChronySource } from './source.ts'

export const provesItself = ({ options }: ChronySource): boolean =>
  options.flags.has('nts') || options.values.has('key')

type Said = Pick<ChronyConf, 'directives' | 'sources'>

/** The last word counts. */
export const authSelectMode = ({ directives }: Pick<Said, 'directives'>) =>
  directives.findLast(({ name }) => name === 'authselectmode')

const modeOf = (conf: Said): string | undefined => authSelectMode(conf)?.words[0]?.toLowerCase()

/** Who is not followed for it. Attached clocks it leaves alone. */
export function barredIn(
  mode: string | undefined,
  sources: readonly ChronySource[],
): (source: ChronySource) => boolean {
  const proven = sources.some(each => !each.noselect && provesItself(each))
  const strict = mode === 'require' || (mode === 'prefer' && proven)
  return source => strict && !provesItself(source)
}

export const barredOf = (conf: Said): ChronySource[] =>
  conf.sources.filter(barredIn(modeOf(conf), conf.sources))

/** The sources, and the clocks that are attached, with the options that they have by it. */
export function asSelected(
  conf: Said,
  attached: readonly ChronySource[],
): { readonly sources: ChronySource[]; readonly attached: ChronySource[] } {
  const barred = new Set(barredOf(conf))
  const bound = isMixed(conf)
    ? (each: ChronySource): ChronySource => ({ ...each, trust: true, require: true })
    : (each: ChronySource): ChronySource => each
  return {
    sources: conf.sources.map(each =>
      barred.has(each) ? { ...each, noselect: true } : provesItself(each) ? bound(each) : each,
    ),
    attached: attached.map(bound),
  }
}

/** Those that prove themselves, and attached clocks, bound what the others may say: so it is where nothing is said. */
function isMixed(conf: Said): boolean {
  const followed = conf.sources.filter(({ noselect }) => !noselect)
  return (modeOf(conf) ?? 'mix') === 'mix' && followed.some(provesItself) && !followed.every(provesItself)
}
