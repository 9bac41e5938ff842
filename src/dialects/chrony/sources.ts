/** Whom chronyd asks: the time sources in chrony.conf and in *.sources files, in the words that all daemons share. */
import { type NamedSources, sourceFrom } from '../named-source.ts'
import { type ChronyConf, readChronyConf, readChronySources } from './conf.ts'

export const parseChronyConf = (text: string, file: string): NamedSources =>
  sourcesOf(readChronyConf(text, file))

export const parseChronySources = (text: string, file: string): NamedSources =>
  sourcesOf(readChronySources(text, file))

const sourcesOf = ({
  file,
  sources,
  includes,
  refclocks,
  notUnderstood,
  neverFound,
}: ChronyConf): NamedSources => ({
  file,
  sources: sources.map(({ options, address, line, kind }) =>
    sourceFrom(options, { address, line, pool: kind === 'pool' }),
  ),
  includes,
  notUsable: [
    ...refclocks.map(({ line, text }) => ({ line, text, why: 'a reference clock of this machine' })),
    ...neverFound,
  ],
  notUnderstood,
})
