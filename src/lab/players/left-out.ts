/**
 * What the models of ntpd, chronyd and ntpd-rs leave out of a configuration, so that it can be said. Every statement of their grammars is
 * in one of three groups: it is played, it has no bearing on the clock that is watched, or it is left out, with the reason.
 * Facts: what each model says of itself (`../models`), ntp.conf(5), chrony.conf(5), ntp.toml(5).
 */
import { grouped } from '#core/grouped.ts'
import { authSelectMode, barredOf } from '#dialects/chrony/authselect.ts'
import type { ChronyConf } from '#dialects/chrony/conf.ts'
import { wordsOf } from '#dialects/named-source.ts'
import type { NtpdAssociation } from '#dialects/ntpd/conf.ts'
import { heededCommands } from '#dialects/ntpd/heeded.ts'
import {
  dropsOf,
  type Restriction,
  refusedPools,
  refusesPools,
  restrictionsOf,
  whatDeafens,
} from '#dialects/ntpd/restrict.ts'
import type { NtpdVersion } from '#dialects/ntpd/version.ts'
import { keysWritten, unknownKeys } from '#dialects/ntpd-rs/grammar.ts'
import { openNtpdLines } from '#dialects/openntpd/conf.ts'

export interface LeftOut {
  readonly line: number
  readonly why: string
}

interface Table {
  readonly played: ReadonlySet<string>
  readonly elsewhere: ReadonlySet<string>
  readonly leftOut: ReadonlyMap<string, string>
  /** Of those that name a source. */
  readonly options: ReadonlyMap<string, string>
}

const NO_AUTHENTICATION = 'who answers is believed without it'
export const FILES = 'other files are not read'
const CLOCKS = 'reference clocks are not played'
const ONLY_ANSWERS =
  'a peer is played as one that answers; that it takes its own time from here is not played'
const HOST_CLOCKS =
  'a PHC is the clock of the host, read without noise: as the hypervisor of the story shows it (`ptp`); in a story without one it is right'

export const CHRONY_TABLE: Table = {
  played: new Set(
    wordsOf(`authselectmode clockprecision combinelimit corrtimeratio driftfile leapsecmode logchange makestep maxchange maxclockerror
      maxdistance maxdrift maxjitter maxsamples maxslewrate maxstratum maxupdateskew minsamples minsources minstratum peer pool
      reselectdist rtcsync server stratumweight`),
  ),
  elsewhere: new Set(
    wordsOf(`acquisitionport allow bindacqaddress bindacqdevice bindaddress bindcmdaddress bindcmddevice
      binddevice broadcast clientloglimit cmdallow cmddeny cmdport cmdratelimit commandkey deny dscp dumpdir dumponexit
      generatecommandkey hwclockfile hwtstimeout keyfile leapseclist leapsectz linux_freq_scale linux_hz local lock_all log
      logbanner logdir mailonchange manual maxntsconnections maxtxbuffers nocerttimecheck noclientlog nosystemcert
      ntpsigndsocket ntsaeads ntscachedir ntsdumpdir ntsntpserver ntsport ntsprocesses ntsratelimit ntsrefresh ntsrotate
      ntsservercert ntsserverkey ntstrustedcerts opencommands pidfile port ptpdomain ptpport ratelimit refresh rtcautotrim
      rtcdevice rtcfile rtconutc sched_priority smoothtime user`),
  ),
  leftOut: new Map([
    ['confdir', FILES],
    ['include', FILES],
    ['sourcedir', FILES],
    ['refclock', CLOCKS],
    ['fallbackdrift', 'without servers it goes on with its last frequency'],
    ['hwtimestamp', 'time stamps are those of the kernel'],
    ['initstepslew', 'nobody is asked before the others'],
    ['tempcomp', 'the temperature of a machine is not known'],
  ]),
  options: new Map([
    ['key', NO_AUTHENTICATION],
    ['nts', NO_AUTHENTICATION],
    ['filter', 'each sample is used by itself'],
    ['maxdelayquant', 'samples are not refused by it'],
    ['presend', 'nothing is sent ahead'],
    ['xleave', 'exchanges are not interleaved'],
    ['auto_offline', 'it is asked whatever becomes of the network'],
  ]),
}

export const NTPD_TABLE: Table = {
  played: new Set(
    wordsOf(
      `broadcastclient disable driftfile enable fudge multicastclient peer pool restrict server tinker tos unconfig unpeer`,
    ),
  ),
  elsewhere: new Set(
    wordsOf(`authdelay authenticate automax broadcast calldelay controlkey crypto delrestrict device discard dscp end extra filegen
      ident interface keys keysdir leapfile leapsmearinterval limit logconfig logfile manycastserver mdnstries mru nic nonvolatile
      ntpsigndsocket nts phone pidfile pollskewlist requestkey reset revoke rlimit saveconfigdir setvar simulate
      statistics statsdir trap trustedkey ttl unrestrict`),
  ),
  leftOut: new Map([
    ['includefile', FILES],
    ['refclock', CLOCKS],
    ['manycastclient', 'nobody answers a manycast'],
    ['broadcastdelay', 'its usual value holds'],
    ['tick', 'the length of a tick is that of the kernel'],
  ]),
  options: new Map([
    ['key', NO_AUTHENTICATION],
    ['autokey', NO_AUTHENTICATION],
    ['nts', NO_AUTHENTICATION],
  ]),
}

/** The keys of ntp.toml by the same three groups, each with its table before it; a `*` stands for all keys of a table. */
export const NTPD_RS_GROUPS = {
  played: new Set(
    wordsOf(`source-defaults.* source-defaults.poll-interval-limits.* source.mode source.address source.count
      synchronization.minimum-agreeing-sources synchronization.single-step-panic-threshold
      synchronization.single-step-panic-threshold.* synchronization.startup-step-panic-threshold
      synchronization.startup-step-panic-threshold.* synchronization.accumulated-step-panic-threshold
      synchronization.algorithm synchronization.algorithm.step-threshold`),
  ),
  elsewhere: new Set(
    wordsOf(`server.* server.allowlist.* server.denylist.* csptp-server.* csptp.* observability.* keyset.* nts-ke-server.* source.certificate-authority
      source.enable-srv-resolution source.ntp-version source.precision source.accuracy source.period source.path source.domain
      source.poll_interval source.response_interval source.measurement_noise_estimate synchronization.warn-on-jump
      synchronization.local-stratum synchronization.reference-id`),
  ),
  leftOut: new Map([
    ['source.poll-interval-limits', 'all sources are asked as `[source-defaults]` says'],
    ['source.poll-interval-limits.*', 'all sources are asked as `[source-defaults]` says'],
    ['source.initial-poll-interval', 'all sources are asked as `[source-defaults]` says'],
    ['source.ignore', 'of a pool all addresses are used'],
    ['clock.*', "the system's clock is kept"],
    ['synchronization.algorithm.*', 'its usual value holds'],
  ]),
}

const SOURCES: ReadonlySet<string> = new Set(['server', 'pool', 'peer'])

interface Statement {
  readonly line: number
  readonly name: string
  readonly words: readonly string[]
}

function leftOutOf({ leftOut, options }: Table, statements: readonly Statement[]): LeftOut[] {
  return statements.flatMap(({ line, name, words }) => {
    const why = leftOut.get(name)
    if (why === CLOCKS && words[0]?.toUpperCase() === 'PHC') return [{ line, why: HOST_CLOCKS }]
    if (why !== undefined)
      return [{ line, why: why === FILES || why === CLOCKS ? why : `\`${name}\` is not played: ${why}` }]
    if (!SOURCES.has(name)) return []
    const named = words.slice(1).flatMap(word => {
      const option = options.get(word.toLowerCase())
      return option === undefined ? [] : [{ line, why: `\`${word}\` is not played: ${option}` }]
    })
    return name === 'peer' ? [{ line, why: ONLY_ANSWERS }, ...named] : named
  })
}

export const leftOutOfChrony = (conf: ChronyConf): LeftOut[] => [
  ...leftOutOf(CHRONY_TABLE, conf.directives),
  ...barredServers(conf),
]

function barredServers(conf: ChronyConf): LeftOut[] {
  const barred = barredOf(conf).map(({ address }) => address)
  const mode = authSelectMode(conf)
  if (!mode || barred.length === 0) return []
  const alone = barred.length === 1
  const whom = `${list(barred)}, which ${alone ? 'does' : 'do'} not prove ${alone ? 'itself' : 'themselves'} by nts or a key`
  return [{ line: mode.line, why: `for this \`authselectmode\` chronyd does not follow ${whom}: played so` }]
}

export const leftOutOfNtpd = (text: string, version: NtpdVersion | undefined): LeftOut[] =>
  leftOutOf(NTPD_TABLE, heededCommands(text, version))

/** It does not start with one. */
export const unknownToNtpdRs = (text: string): LeftOut[] =>
  unknownKeys(text).map(({ line, word, what }) => ({ line, why: `\`${word}\` is no ${what} of ntpd-rs` }))

export function leftOutOfNtpdRs(text: string): LeftOut[] {
  const { played, leftOut } = NTPD_RS_GROUPS
  const written = keysWritten(text)
  // Of a table within a line it is told by the name of that table.
  const isTold = (line: number, table: string) =>
    leftOut.has(table) && written.some(each => each.line === line && `${each.table}.${each.key}` === table)
  return written.flatMap(({ line, table, key }) => {
    if (isTold(line, table)) return []
    const path = `${table}.${key}`
    const why = leftOut.get(path) ?? (played.has(path) ? undefined : leftOut.get(`${table}.*`))
    return key === undefined || why === undefined ? [] : [{ line, why: `\`${key}\` is not played: ${why}` }]
  })
}

export const leftOutOfOpenNtpd = (text: string): LeftOut[] =>
  openNtpdLines(text)
    .filter(({ words }) => /^constraints?$/.test(words[0]!))
    .map(({ line, words }) => ({
      line,
      why: `\`${words[0]}\` is not played: the date of that web server bears out what servers say`,
    }))

/** By which line of ntp.conf, if by any, what a server answers is dropped by an ntpd of this version. */
export function deafeningIn(
  text: string,
  asked: readonly NtpdAssociation[],
  version: NtpdVersion | undefined,
): (server: NtpdAssociation) => Restriction | undefined {
  const all = restrictionsOf(heededCommands(text, version), version)
  const refused = new Set(refusedPools(all, asked, version))
  return server =>
    whatDeafens(all, server.address, dropsOf(server, version)) ??
    (refused.has(server) ? refusesPools(all).at(-1) : undefined)
}

/** Whom ntpd does not hear for its own `restrict`. */
export function deafenedServers(
  text: string,
  asked: readonly NtpdAssociation[],
  version: NtpdVersion | undefined,
): LeftOut[] {
  const deafening = deafeningIn(text, asked, version)
  const byLine = grouped(asked, server => deafening(server)?.line)
  return [...byLine].flatMap(([line, those]) =>
    line === undefined
      ? []
      : [
          {
            line,
            why: `for this \`restrict\` ntpd drops what ${list(those.map(({ address }) => address))} answer: played so`,
          },
        ],
  )
}

export const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
