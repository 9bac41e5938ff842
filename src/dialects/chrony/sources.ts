/**
 * The time sources in chrony.conf and in *.sources files, as chrony 4.8 reads them (conf.c, cmdparse.c, chrony.conf(5)).
 * One directive per line; directives and options in any case; a line whose first visible character is one of `! ; # %`
 * is a comment, and there are no comments behind a directive.
 */
import {
  type Collecting,
  collect,
  isHost,
  linesOf,
  type NamedSources,
  optionForms,
  readOptions,
  sourceFrom,
  wordsOf,
} from '../named-source.ts'

/** Options of `server`, `pool` and `peer` (chrony.conf(5), "Time sources"). Most of them mean nothing to us. */
const OPTIONS = optionForms({
  flag: 'auto_offline burst copy iburst offline ipv4 ipv6 noselect nts prefer require trust xleave',
  integer: `certset filter key maxpoll maxsamples maxsources maxunreach minpoll minsamples minstratum ntsport polltarget
    port presend version`,
  number: 'asymmetry maxdelay maxdelaydevratio maxdelayquant maxdelayratio mindelay offset',
  word: 'extfield',
})

/** Directives that name no source. One that is in neither list is a mistake, or from another version of chrony. */
const OTHER_DIRECTIVES: ReadonlySet<string> = new Set(
  wordsOf(`
    acquisitionport allow authselectmode bindacqaddress bindacqdevice bindaddress bindcmdaddress bindcmddevice
    binddevice broadcast clientloglimit clockprecision cmdallow cmddeny cmdport cmdratelimit combinelimit commandkey
    corrtimeratio deny driftfile dscp dumpdir dumponexit fallbackdrift generatecommandkey hwclockfile hwtimestamp
    hwtstimeout initstepslew keyfile leapsecmode leapseclist leapsectz linux_freq_scale linux_hz local lock_all log
    logbanner logchange logdir mailonchange makestep manual maxchange maxclockerror maxdistance maxdrift maxjitter
    maxntsconnections maxsamples maxslewrate maxstratum maxtxbuffers maxupdateskew minsamples minsources minstratum
    nocerttimecheck noclientlog nosystemcert ntpsigndsocket ntsaeads ntscachedir ntsdumpdir ntsntpserver ntsport
    ntsprocesses ntsratelimit ntsrefresh ntsrotate ntsservercert ntsserverkey ntstrustedcerts opencommands pidfile
    port ptpdomain ptpport ratelimit refresh reselectdist rtcautotrim rtcdevice rtcfile rtconutc rtcsync sched_priority
    smoothtime stratumweight tempcomp user`),
)

/** chronyd refuses more directories than this in one directive. */
const MOST_DIRECTORIES = 10

export function parseChronyConf(text: string, file: string): NamedSources {
  const found = collect(file)
  linesOf(text).forEach((line, index) => {
    readLine(found, line, index + 1)
  })
  return found
}

/** A file of a `sourcedir`: sources only, and a last line without its end is still being written. */
export function parseChronySources(text: string, file: string): NamedSources {
  const found = collect(file)
  const lines = linesOf(text)
  const unfinished = lines.pop()!
  lines.forEach((line, index) => {
    const words = directiveOf(line)
    if (words.length > 0 && !readSource(found, words, line, index + 1))
      misunderstood(found, line, index + 1, 'only server, pool and peer may stand here')
  })
  if (directiveOf(unfinished).length > 0)
    misunderstood(found, unfinished, lines.length + 1, 'the line does not end, so chronyd does not read it')
  return found
}

function readLine(found: Collecting, line: string, number: number): void {
  const words = directiveOf(line)
  if (words.length === 0 || readSource(found, words, line, number)) return
  const directive = words[0]!.toLowerCase()
  const paths = words.slice(1)
  if (directive === 'include') {
    if (paths.length === 1) found.includes.push({ line: number, kind: 'files', paths, suffix: '' })
    else misunderstood(found, line, number, 'include takes one pattern')
  } else if (directive === 'confdir' || directive === 'sourcedir') {
    const suffix = directive === 'confdir' ? '.conf' : '.sources'
    if (paths.length > 0 && paths.length <= MOST_DIRECTORIES)
      found.includes.push({ line: number, kind: 'directories', paths, suffix })
    else misunderstood(found, line, number, `${directive} takes one to ten directories`)
  } else if (directive === 'refclock') {
    found.notUsable.push({ line: number, text: line.trim(), why: 'a reference clock of this machine' })
  } else if (!OTHER_DIRECTIVES.has(directive)) {
    misunderstood(found, line, number, 'no directive of chrony that is known here')
  }
}

/** True when the line is one about a source, well written or not. */
function readSource(found: Collecting, words: readonly string[], line: string, number: number): boolean {
  const directive = words[0]!.toLowerCase()
  if (directive !== 'server' && directive !== 'pool' && directive !== 'peer') return false
  const address = words[1]
  if (address === undefined || !isHost(address)) {
    misunderstood(found, line, number, 'no host name or address')
    return true
  }
  const options = readOptions(
    words.slice(2).map(word => word.toLowerCase()),
    OPTIONS,
  )
  if (options.unknown.length > 0)
    misunderstood(found, line, number, `the server is used without \`${options.unknown.join(' ')}\``)
  const port = options.values.get('port')
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65535)) {
    misunderstood(found, line, number, `there is no port ${port}`)
    return true
  }
  found.sources.push(sourceFrom(options, { address, line: number, pool: directive === 'pool' }))
  return true
}

const directiveOf = (line: string): string[] => {
  const words = wordsOf(line)
  return words.length === 0 || /^[!;#%]/.test(words[0]!) ? [] : words
}

const misunderstood = (found: Collecting, line: string, number: number, why: string): void => {
  found.notUnderstood.push({ line: number, text: line.trim(), why })
}
