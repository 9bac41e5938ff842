/** Players out of configuration files: which daemon a text is for, and what of it cannot be played. */
import { grouped } from '#core/grouped.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { BYTE_ORDER_MARK } from '#dialects/named-source.ts'
import { parseConf } from '#dialects/ntpd/conf.ts'
import { defaultsOf } from '#dialects/ntpd/defaults.ts'
import { parseOptions } from '#dialects/ntpd/options.ts'
import { pollLimits } from '#dialects/ntpd/poll-limits.ts'
import { REFERENCE_CLOCK } from '#dialects/ntpd/sources.ts'
import { parseVersion } from '#dialects/ntpd/version.ts'
import { parseNtpdRsConf } from '#dialects/ntpd-rs/conf.ts'
import { parseOpenNtpdConf } from '#dialects/openntpd/conf.ts'
import { timesyncdSettings } from '#dialects/timesyncd/settings.ts'
import { parseTimesyncdConf, usedServers } from '#dialects/timesyncd/sources.ts'
import { type DaemonKind, daemonKind, otherVersion, withoutBuild, writtenDaemon } from './daemon-name.ts'
import {
  deafenedServers,
  FILES,
  leftOutOfChrony,
  leftOutOfNtpd,
  leftOutOfNtpdRs,
  leftOutOfOpenNtpd,
  unknownToNtpdRs,
} from './left-out.ts'
import { type LinePlace, lineNames } from './line-name.ts'
import { overruledIn } from './overruled.ts'
import { isLocal, type PlayerSpec, whyNobody } from './player.ts'

const USUAL_OPTIONS = '-g'

export interface Configured {
  readonly player: PlayerSpec
  /** What is to be said when it asks nobody. */
  readonly namesNobody: string
  /** Whose configuration it is, nothing in it tells. */
  readonly guessed: boolean
  /** What was assumed, and which lines are played as if they were not there. */
  readonly notes: readonly string[]
  /** The one of them that says that the daemon does not even start. */
  readonly unstarted: string | undefined
}

interface Remark {
  readonly line: number
  readonly why: string
}

interface Understood {
  readonly sources: number
  readonly strange: readonly Remark[]
  /** Those of them with which it starts all the same. */
  readonly bearable?: readonly Remark[]
  /** Understood, and not played. */
  readonly leftOut: readonly Remark[]
  /** Of what it does not say. */
  readonly assumed?: readonly string[]
}

const why =
  (text: string) =>
  ({ line }: { readonly line: number }): Remark => ({ line, why: text })

type Reader = (text: string, daemon: string | undefined) => Understood

/** Facts: ntp_parser.y. Up to 4.2.5 it was an option, of which 4.2.8 knows nothing. */
const NOVOLLEY =
  'with `novolley` nobody is heard by this line: it is not played, and ntpd 4.2.8 drops the line with a syntax error'

const CLOCKS = 'reference clocks are not played'

/** Facts: adjtime(3) of glibc and musl; kern_tc.c of OpenBSD. */
const ON_LINUX =
  'it runs on Linux, whose kernel takes an offset away by 0.5 ms a second; that of OpenBSD does so ten times as fast'

const ASKED: ReadonlySet<string> = new Set(['server', 'pool', 'peer'])

const READERS: Readonly<Record<DaemonKind, Reader>> = {
  ntpd(text, daemon) {
    const version = daemon === undefined ? undefined : parseVersion(daemon)
    const { associations, switches, notUnderstood } = parseConf(text, '', version)
    const clocks = associations
      .filter(({ kind, address }) => kind !== 'refclock' && REFERENCE_CLOCK.test(address))
      .filter(({ address }) => !address.startsWith('127.127.1.'))
    const asked = associations.filter(({ kind, address }) => ASKED.has(kind) && !isLocal(address))
    const listening = associations.filter(
      ({ kind }) => kind === 'broadcastclient' || kind === 'multicastclient',
    )
    const deaf = listening.filter(({ options }) => options.flags.has('novolley'))
    const refused = asked.filter(({ options }) => version && !pollLimits(options.values, defaultsOf(version)))
    const unheard =
      version?.family === 'ntpsec'
        ? 'NTPsec listens to nobody'
        : switches.get('auth')?.value === false
          ? undefined
          : 'keys are not played, and nobody is heard without them unless you "disable auth"'
    return {
      sources: associations.length,
      strange: notUnderstood,
      leftOut: [
        ...leftOutOfNtpd(text, version),
        ...clocks.map(why(CLOCKS)),
        ...deafenedServers(text, asked, version),
        ...refused.map(why('this ntpd leaves a line out whose minpoll is above its maxpoll: played so')),
        ...(unheard === undefined ? deaf.map(why(NOVOLLEY)) : listening.map(why(unheard))),
      ],
    }
  },
  chronyd(text) {
    const conf = readChronyConf(text, '')
    return {
      sources: conf.sources.length,
      strange: [...conf.notUnderstood, ...conf.neverFound],
      bearable: conf.neverFound,
      leftOut: leftOutOfChrony(conf),
    }
  },
  timesyncd(text) {
    const conf = parseTimesyncdConf(text, '')
    const { notUnderstood, notTaken } = timesyncdSettings([conf])
    return {
      sources: conf.sources.length,
      strange: [...conf.notUnderstood, ...notUnderstood],
      leftOut: notTaken,
      assumed:
        usedServers(conf).length > 0 ? [] : ['the servers of the story stand for those that are compiled in'],
    }
  },
  openntpd(text) {
    const { servers, notUsable, notUnderstood } = parseOpenNtpdConf(text, '')
    return {
      sources: servers.length,
      strange: notUnderstood,
      leftOut: [...notUsable, ...leftOutOfOpenNtpd(text)],
      assumed: [ON_LINUX],
    }
  },
  'ntpd-rs'(text) {
    const { sources, clocks, notUnderstood } = parseNtpdRsConf(text, '')
    const secured = sources.some(({ mode }) => mode.startsWith('nts'))
    return {
      sources: sources.length,
      strange: [...notUnderstood, ...unknownToNtpdRs(text)],
      leftOut: [
        ...(secured ? [{ line: 1, why: 'NTS is played as plain NTP' }] : []),
        ...clocks.map(why(CLOCKS)),
        ...leftOutOfNtpdRs(text),
      ],
    }
  },
}

interface Attributed {
  readonly kind: DaemonKind
  /** Nothing in it tells. */
  readonly guessed: boolean
}

/**
 * Whose configuration is it? Two have sections that nobody else has. Of the others it is of the one that understands more of its
 * lines; where several do, the files that it names tell, then its own name. Where nothing tells it is a guess.
 */
export const daemonOf = (text: string, file: string): DaemonKind | undefined => attributed(text, file)?.kind

/** Could it be of several daemons, as far as it tells itself? */
export const isAmbiguous = (text: string, file: string): boolean => attributed(text, file)?.guessed ?? false

function attributed(text: string, file: string): Attributed | undefined {
  if (/^\s*\[Time\]/m.test(text)) return { kind: 'timesyncd', guessed: false }
  if (/^\s*\[\[source\]\]/m.test(text)) return { kind: 'ntpd-rs', guessed: false }
  const candidates = (['chronyd', 'ntpd', 'openntpd'] as const).map(kind => ({
    kind,
    ...READERS[kind](text, undefined),
  }))
  if (candidates.every(({ sources, strange }) => sources === 0 && strange.length > 0)) return undefined
  const least = Math.min(...candidates.map(({ strange }) => strange.length))
  const best = candidates.filter(({ strange }) => strange.length === least).map(({ kind }) => kind)
  const told = best.find(kind => kind === filesTell(text)) ?? best.find(kind => kind === nameTells(file))
  if (told !== undefined) return { kind: told, guessed: false }
  // Both know the word; chrony.conf of no distribution has it, and old ntp.conf often do.
  const preferring = best.includes('ntpd') && /^\s*(?:server|peer)\s.*\sprefer\b/m.test(text)
  return { kind: preferring ? 'ntpd' : best[0]!, guessed: best.length > 1 }
}

/** Where it keeps its drift, its keys and what it writes. */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/^\s*(?:driftfile|keys|keyfile|statsdir|logdir|logfile)\s+(\S+)/gim)].map(
    ([, path]) => path!,
  )

function filesTell(text: string): DaemonKind | undefined {
  const all = pathsIn(text).join('\n')
  return /chrony/.test(all) ? 'chronyd' : /\bntp/.test(all) ? 'ntpd' : undefined
}

function nameTells(file: string): DaemonKind | undefined {
  if (/(^|\/)ntpd\.conf$/.test(file)) return 'openntpd'
  if (/chrony[^/]*$/.test(file)) return 'chronyd'
  return /ntp[^/]*$/.test(file) ? 'ntpd' : undefined
}

/** Who would understand more of it than the one whom it is said to be for. */
function whoseElse(kind: DaemonKind, text: string, name: string): string | undefined {
  const other = daemonOf(text, name)
  if (other === undefined || other === kind) return undefined
  const strangeTo = (reader: DaemonKind) => READERS[reader](text, undefined).strange.length
  return strangeTo(other) < strangeTo(kind) ? `reads like a configuration of ${other}` : undefined
}

const sayGuess = (kind: DaemonKind, name: string): string =>
  `could be of several daemons and is taken for ${kind}'s; of another one say so: ${kind === 'ntpd' ? 'chrony' : 'ntpd'}:${name}`

/** By these a line that is not understood is not passed over. */
const STRICT: Partial<Record<DaemonKind, string>> = {
  chronyd: 'chronyd',
  openntpd: 'the ntpd of OpenNTPD',
  'ntpd-rs': 'ntpd-rs',
}

function whyNotStarting(
  kind: DaemonKind,
  strange: readonly Remark[],
  placeOf: (line: number) => LinePlace,
): string | undefined {
  const program = STRICT[kind]
  if (program === undefined || strange.length === 0) return undefined
  const lines = lineNames(strange.map(({ line }) => placeOf(line)))
  return `${program} does not start with ${lines}, and nobody would keep the clock: played as if it did`
}

/** With it the first line is none that these know, be it a comment: the two that are strict end, and ntpd drops it. */
const MARKED = 'a byte order mark, which cannot be seen, stands before its first letter'
const HEED_MARK: ReadonlySet<DaemonKind> = new Set(['chronyd', 'openntpd', 'ntpd'])

/** Without the line that ntpd drops for it. */
const heardText = (kind: DaemonKind, text: string): string =>
  kind === 'ntpd' && text.startsWith(BYTE_ORDER_MARK) ? text.replace(/^.*/, '') : text

/** What is said of several lines is said once. */
function sayEach(remarks: readonly Remark[], placeOf: (line: number) => LinePlace): string[] {
  const byWhy = grouped(remarks, ({ why }) => why)
  return [...byWhy].map(([why, those]) => `${lineNames(those.map(({ line }) => placeOf(line)))}: ${why}`)
}

/** The one that is played when nobody says which: NTPsec alone knows the words `refclock` and `nts`, and its packages have folders of its name. */
function usualNtpd(text: string, file: string): string {
  const isSec =
    /(^|\/)ntpsec\//.test(file) ||
    pathsIn(text).some(path => path.includes('/ntpsec/')) ||
    parseConf(text, '').associations.some(
      ({ kind, options }) => kind === 'refclock' || options.flags.has('nts'),
    )
  return writtenDaemon(isSec ? 'ntpsec' : 'ntpd')!
}

export interface Said {
  readonly name: string
  /** As a person writes it: `chrony`, `ntpd-4.2.6p5`, `ntpsec-1.2.2`, `timesyncd`; without it the text says whose it is. */
  readonly daemon?: string | undefined
  readonly options?: string | undefined
  readonly text: string
  /** Where its lines stand, where the files that it includes were read; absent: they were not. */
  readonly lines?: readonly LinePlace[]
  /** What is to be told of those files. */
  readonly remarks?: readonly string[]
}

/** Undefined when it is nobody's that is known here. */
export function configuredPlayer(said: Said): Configured | undefined {
  const { name, daemon, options, lines: places, remarks = [] } = said
  const whose = daemon === undefined ? attributed(said.text, name) : undefined
  const kind = daemon === undefined ? whose?.kind : daemonKind(daemon)
  if (kind === undefined) return undefined
  const isMarked = HEED_MARK.has(kind) && said.text.startsWith(BYTE_ORDER_MARK)
  const text = heardText(kind, said.text)
  const guessed = whose?.guessed ?? false
  const usual = usualNtpd(text, name)
  const read = READERS[kind](text, daemon ?? (kind === 'ntpd' ? usual : undefined))
  const { leftOut: all, assumed: silent = [], bearable = [] } = read
  const strange = isMarked ? [{ line: 1, why: MARKED }, ...read.strange] : read.strange
  const placeOf = (line: number): LinePlace => places?.[line - 1] ?? { line, file: undefined }
  const leftOut = places ? all.filter(({ why }) => why !== FILES) : all
  const overruled = kind === 'chronyd' && places ? overruledIn(readChronyConf(text, ''), placeOf) : []
  const lines = [...strange, ...leftOut, ...overruled].sort((a, b) => a.line - b.line)
  const other = daemon === undefined ? undefined : otherVersion(daemon)
  const mistaken = whoseElse(kind, text, name)
  const first = [
    ...(guessed ? [sayGuess(kind, name)] : []),
    ...(other === undefined ? [] : [other]),
    ...(mistaken === undefined ? [] : [`${mistaken}: what ${kind} does not know of it is not played`]),
  ]
  const fatal = strange.filter(each => !bearable.includes(each))
  const unstarted = whyNotStarting(kind, fatal, placeOf)
  const notes = [
    ...(unstarted === undefined ? [] : [unstarted]),
    ...silent,
    ...sayEach(lines, placeOf),
    ...remarks,
  ]
  const namesNobody = (player: PlayerSpec): string =>
    [
      whyNobody(player),
      ...[FILES, CLOCKS].filter(each => leftOut.some(({ why }) => why === each)),
      ...remarks,
      ...(mistaken === undefined ? [] : [`it ${mistaken}`]),
    ].join('; ')
  if (kind !== 'ntpd') {
    const player = { kind, name, config: text }
    return { player, namesNobody: namesNobody(player), guessed, notes: [...first, ...notes], unstarted }
  }
  const assumed = [
    ...(daemon === undefined ? [`played as ${usual.replace('-', ' ')}`] : []),
    ...(options === undefined ? [`with the options ${USUAL_OPTIONS}`] : []),
  ]
  const strangers = parseOptions((options ?? '').split(/\s+/).filter(word => word !== '')).notUnderstood
  const refused =
    strangers.length > 0 ? [`ntpd does not start with ${strangers.join(' ')}; played without`] : []
  const player: PlayerSpec = {
    kind,
    name,
    version: withoutBuild(daemon ?? usual).replace(/^ntpd-/, ''),
    options: options ?? USUAL_OPTIONS,
    config: text,
  }
  return {
    player,
    namesNobody: namesNobody(player),
    guessed,
    notes: [
      ...first,
      ...(assumed.length > 0 ? [`${assumed.join(' ')}, because nothing else was said`] : []),
      ...refused,
      ...notes,
    ],
    unstarted,
  }
}
