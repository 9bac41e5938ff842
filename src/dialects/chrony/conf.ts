/**
 * chrony.conf and the *.sources files, as chronyd 4.x reads them (conf.c, cmdparse.c, chrony.conf(5)): everything that they
 * say, each with its line, and what of it is not understood. What they do not say stands in `settings.ts`.
 *
 * One directive per line; directives and options in any case; a line whose first visible character is one of `! ; # %`
 * is a comment, and there are no comments behind a directive.
 */
import { type Include, linesOf, type Remark } from '../named-source.ts'
import { type Directive, directivesOf, misunderstand } from './directive.ts'
import { CHRONY_GRAMMAR } from './grammar.ts'
import { readSetting, type SaidSettings } from './settings.ts'
import { type ChronySource, isSourceDirective, type NeverFound, readSource } from './source.ts'

export interface ChronyConf {
  readonly file: string
  /** Every directive as it stands there, understood or not. */
  readonly directives: readonly Directive[]
  /** What the file sets; the last word counts. */
  readonly said: SaidSettings
  readonly sources: readonly ChronySource[]
  readonly refclocks: readonly Refclock[]
  readonly includes: readonly Include[]
  readonly notUnderstood: readonly Remark[]
  /** Sources by names that no host can have, or by ntpd's drivers (127.127.t.u): chronyd starts, and asks in vain. */
  readonly neverFound: readonly NeverFound[]
}

export interface Refclock {
  readonly line: number
  readonly text: string
  /** PPS, SHM, SOCK, PHC, RTC. */
  readonly driver: string
  readonly parameter: string
  readonly options: readonly string[]
}

/** chronyd refuses more directories than this in one directive. */
const MOST_DIRECTORIES = 10

interface Reading extends ChronyConf {
  readonly directives: Directive[]
  readonly sources: ChronySource[]
  readonly refclocks: Refclock[]
  readonly includes: Include[]
  readonly notUnderstood: Remark[]
  readonly neverFound: NeverFound[]
}

export function readChronyConf(text: string, file: string): ChronyConf {
  const conf = begin(file)
  for (const directive of directivesOf(linesOf(text))) readDirective(conf, directive)
  return conf
}

/** A file of a `sourcedir`: sources only, and a last line without its end is still being written. */
export function readChronySources(text: string, file: string): ChronyConf {
  const conf = begin(file)
  const lines = linesOf(text)
  for (const directive of directivesOf(lines)) {
    if (directive.line === lines.length)
      misunderstand(conf, directive, 'the line does not end, so chronyd does not read it')
    else if (isSourceDirective(directive.name)) readSource(conf, directive)
    else misunderstand(conf, directive, 'only server, pool and peer may stand here')
  }
  return conf
}

const begin = (file: string): Reading => ({
  file,
  directives: [],
  said: {},
  sources: [],
  refclocks: [],
  includes: [],
  notUnderstood: [],
  neverFound: [],
})

function readDirective(conf: Reading, directive: Directive): void {
  conf.directives.push(directive)
  const { name, words, line, text } = directive
  if (isSourceDirective(name)) return readSource(conf, directive)
  switch (name) {
    case 'include':
      if (words.length === 1) conf.includes.push({ line, kind: 'files', paths: words, suffix: '' })
      else misunderstand(conf, directive, 'include takes one pattern')
      return
    case 'confdir':
    case 'sourcedir': {
      const suffix = name === 'confdir' ? '.conf' : '.sources'
      if (words.length > 0 && words.length <= MOST_DIRECTORIES)
        conf.includes.push({ line, kind: 'directories', paths: words, suffix })
      else misunderstand(conf, directive, `${name} takes one to ten directories`)
      return
    }
    case 'refclock': {
      const [driver, parameter, ...options] = words
      if (driver === undefined || parameter === undefined)
        misunderstand(conf, directive, 'refclock takes a driver and its parameter')
      else conf.refclocks.push({ line, text, driver: driver.toUpperCase(), parameter, options })
      return
    }
  }
  const read = readSetting(name, words, conf.said)
  if (read === 'no-setting' && !CHRONY_GRAMMAR.statements.has(name))
    misunderstand(conf, directive, 'no directive of chrony that is known here')
  if (read === 'no-value') misunderstand(conf, directive, `not the values that ${name} takes`)
}
