/**
 * The time sources in ntp.conf, as ntpd 4.2.8 and NTPsec read them (ntp_scanner.c, ntp_parser.y, ntp.conf(5)).
 * One command per line, in small letters; a comment begins at a `#` anywhere outside of quotes.
 * Addresses 127.127.t.u are no hosts: they mean reference clock driver t, unit u; NTPsec writes `refclock` instead.
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

/** Options of `server`, `pool` and `peer`, classic and NTPsec together. */
const OPTIONS = optionForms({
  flag: 'autokey burst iburst noselect noval nts preempt prefer true xleave xmtnonce',
  integer: `baud expire flag1 flag2 flag3 flag4 key maxpoll minpoll mode stratum subtype ttl version`,
  number: 'bias time1 time2',
  word: 'aead ask ca cert ident path ppspath refid require',
})

/** Commands that name no source. One that is in neither list is a mistake, or from another version of ntpd. */
const OTHER_COMMANDS: ReadonlySet<string> = new Set(
  wordsOf(`
    authdelay authenticate automax broadcast broadcastdelay calldelay clock controlkey cookie crypto ctl device disable
    discard driftfile dscp enable extra filegen fudge interface io keys keysdir leapfile leapsmearinterval logconfig
    logfile manycastserver mdnstries mem monitor mru nic nonvolatile novolley ntpsigndsocket nts phone pidfile
    pollskewlist port precision requestkey reset restrict revoke rlimit saveconfigdir setvar simulate statistics
    statsdir sys tick timer tinker tos trap trustedkey ttl unit unrestrict`),
)

const BY_MULTICAST = new Set(['broadcastclient', 'manycastclient', 'multicastclient'])

/** Driver 1 is the machine's own clock: it says nothing about true time. */
const LOCAL_CLOCK = /^127\.127\.1\.\d+$/

export function parseNtpConf(text: string, file: string): NamedSources {
  const found = collect(file)
  const removed = new Set<string>()
  for (const [index, line] of linesOf(text).entries()) {
    const words = commandOf(line)
    if (words[0] === 'end') break
    if (words[0] === 'unpeer' || words[0] === 'unconfig') removed.add(words[1] ?? '')
    else if (words.length > 0) readCommand(found, words, line, index + 1)
  }
  return { ...found, sources: found.sources.filter(source => !removed.has(source.address)) }
}

function readCommand(found: Collecting, words: readonly string[], line: string, number: number): void {
  const command = words[0]!
  if (command === 'server' || command === 'pool' || command === 'peer') {
    readSource(found, words, line, number)
  } else if (command === 'refclock') {
    unusable(found, line, number, 'a reference clock of this machine')
  } else if (BY_MULTICAST.has(command)) {
    unusable(found, line, number, 'servers that are found by broadcast or multicast are not supported')
  } else if (command === 'includefile') {
    const path = words[1]
    if (path === undefined) misunderstood(found, line, number, 'includefile takes a path')
    else found.includes.push({ line: number, kind: 'files', paths: [path], suffix: '' })
  } else if (!OTHER_COMMANDS.has(command)) {
    misunderstood(found, line, number, 'no command of ntpd that is known here')
  }
}

function readSource(found: Collecting, words: readonly string[], line: string, number: number): void {
  const family = words[1] === '-4' || words[1] === '-6' ? 1 : 0
  const address = words[1 + family]
  if (address === undefined || !isHost(address)) {
    misunderstood(found, line, number, 'no host name or address')
    return
  }
  if (/^127\.127\.\d+\.\d+$/.test(address)) {
    const own = LOCAL_CLOCK.test(address)
    unusable(found, line, number, own ? "this machine's own clock" : 'a reference clock of this machine')
    return
  }
  const options = readOptions(words.slice(2 + family), OPTIONS)
  if (options.unknown.length > 0)
    misunderstood(found, line, number, `the server is used without \`${options.unknown.join(' ')}\``)
  found.sources.push(sourceFrom(options, { address, line: number, pool: words[0] === 'pool' }))
}

/** The words of a line up to its comment. A quote that is not closed ends with the line, as in ntpd. */
function commandOf(line: string): string[] {
  const words: string[] = []
  for (const [, quoted, word, comment] of line.matchAll(/"([^"]*)"?|([^\s"#]+)|(#)/g)) {
    if (comment !== undefined) break
    words.push(quoted ?? word ?? '')
  }
  return words
}

const misunderstood = (found: Collecting, line: string, number: number, why: string): void => {
  found.notUnderstood.push({ line: number, text: line.trim(), why })
}

const unusable = (found: Collecting, line: string, number: number, why: string): void => {
  found.notUsable.push({ line: number, text: line.trim(), why })
}
