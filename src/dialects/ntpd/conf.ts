/**
 * ntp.conf as ntpd 4.2 and NTPsec read it (ntp_parser.y, ntp.conf(5)), as far as it says how the clock is kept: which
 * servers are asked and how, `tinker`, `tos`, `fudge`, what is enabled, where the drift file is. Each setting keeps its
 * line; what is not understood is kept as it stands, and what ntpd takes of such a line counts. Files that are included are named, not read.
 */
import { optionFormsOf } from '../grammar.ts'
import {
  type Include,
  isHost,
  type OptionForm,
  type Options,
  type Remark,
  readOptions,
} from '../named-source.ts'
import { type Command, readCommands } from './commands.ts'
import { NTPD_GRAMMAR } from './grammar.ts'
import { heeded } from './heeded.ts'
import type { NtpdVersion } from './version.ts'

export interface Setting<T> {
  readonly value: T
  readonly line: number
}

/** Somebody whom ntpd asks for the time, or listens to. */
export interface NtpdAssociation {
  readonly kind:
    | 'server'
    | 'pool'
    | 'peer'
    | 'refclock'
    | 'broadcastclient'
    | 'multicastclient'
    | 'manycastclient'
  /** Empty where none is needed. */
  readonly address: string
  readonly options: Options
  readonly line: number
  readonly text: string
}

export interface Fudge {
  readonly address: string
  readonly options: Options
  readonly line: number
}

export interface NtpdConf {
  readonly file: string
  readonly associations: readonly NtpdAssociation[]
  readonly tinker: ReadonlyMap<string, Setting<number>>
  readonly tos: ReadonlyMap<string, Setting<number>>
  /** What `enable` and `disable` say, by its name. */
  readonly switches: ReadonlyMap<string, Setting<boolean>>
  readonly fudges: readonly Fudge[]
  readonly driftfile: Setting<string> | undefined
  readonly includes: readonly Include[]
  readonly notUnderstood: readonly Remark[]
}

const ASSOCIATION_OPTIONS = optionFormsOf(NTPD_GRAMMAR, 'server', 'pool', 'peer', 'refclock')
const FUDGE_OPTIONS = optionFormsOf(NTPD_GRAMMAR, 'fudge')
const TINKER = optionFormsOf(NTPD_GRAMMAR, 'tinker')
const TOS = optionFormsOf(NTPD_GRAMMAR, 'tos')

interface Reading {
  readonly associations: NtpdAssociation[]
  readonly tinker: Map<string, Setting<number>>
  readonly tos: Map<string, Setting<number>>
  readonly switches: Map<string, Setting<boolean>>
  readonly fudges: Fudge[]
  readonly includes: Include[]
  readonly notUnderstood: Remark[]
  driftfile: Setting<string> | undefined
}

export function parseConf(text: string, file: string, version?: NtpdVersion): NtpdConf {
  const found: Reading = {
    associations: [],
    tinker: new Map(),
    tos: new Map(),
    switches: new Map(),
    fudges: [],
    includes: [],
    notUnderstood: [],
    driftfile: undefined,
  }
  const removed = new Set<string>()
  for (const command of readCommands(text)) {
    if (command.name === 'unpeer' || command.name === 'unconfig') removed.add(command.words[0] ?? '')
    else readHeeded(found, command, heeded(command, version))
  }
  const bclient = found.switches.get('bclient')
  if (bclient?.value)
    readListener(
      found,
      { name: 'enable', words: [], line: bclient.line, text: 'enable bclient' },
      'broadcastclient',
    )
  return {
    ...found,
    file,
    associations: found.associations.filter(each => each.address === '' || !removed.has(each.address)),
  }
}

function readHeeded(found: Reading, command: Command, heard: Command | undefined): void {
  if (!NTPD_GRAMMAR.statements.has(command.name))
    misunderstood(found, command, 'no command of ntpd that is known here')
  else if (!heard) misunderstood(found, command, 'ntpd drops this whole line')
  else {
    if (heard.words.length < command.words.length)
      misunderstood(
        found,
        command,
        `ntpd takes no more of it than \`${[heard.name, ...heard.words].join(' ')}\``,
      )
    read(found, heard)
  }
}

function read(found: Reading, command: Command): void {
  switch (command.name) {
    case 'server':
    case 'pool':
    case 'peer':
    case 'refclock':
    case 'manycastclient':
      return readAssociation(found, command, command.name)
    case 'broadcastclient':
    case 'multicastclient':
      return readListener(found, command, command.name)
    case 'tinker':
      return readNumbers(found, command, TINKER, found.tinker)
    case 'tos':
      return readNumbers(found, command, TOS, found.tos)
    case 'enable':
    case 'disable':
      for (const name of command.words)
        found.switches.set(name, { value: command.name === 'enable', line: command.line })
      return
    case 'fudge':
      return readFudge(found, command)
    case 'driftfile':
      return withPath(found, command, path => {
        found.driftfile = { value: path, line: command.line }
      })
    case 'includefile':
      return withPath(found, command, path =>
        found.includes.push({ line: command.line, kind: 'files', paths: [path], suffix: '' }),
      )
  }
}

function readAssociation(found: Reading, command: Command, kind: NtpdAssociation['kind']): void {
  const { line, text, words } = command
  const family = words[0] === '-4' || words[0] === '-6' ? 1 : 0
  const address = words[family]
  if (address === undefined || !isHost(address))
    return misunderstood(found, command, 'no host name or address')
  const options = readOptions(words.slice(1 + family), ASSOCIATION_OPTIONS)
  if (options.unknown.length > 0)
    misunderstood(found, command, `the server is used without \`${options.unknown.join(' ')}\``)
  found.associations.push({ kind, address, options, line, text })
}

/** `broadcastclient [novolley]`, its other name `enable bclient`, `multicastclient [address …]`. */
function readListener(found: Reading, command: Command, kind: NtpdAssociation['kind']): void {
  const { line, text, words } = command
  const options = { flags: new Set(words), values: new Map<string, string>(), unknown: [] }
  found.associations.push({ kind, address: '', options, line, text })
}

function readNumbers(
  found: Reading,
  command: Command,
  forms: ReadonlyMap<string, OptionForm>,
  into: Map<string, Setting<number>>,
): void {
  const { values, unknown } = readOptions(command.words, forms)
  // The date of `tos basedate` is none.
  for (const [name, value] of values)
    if (Number.isFinite(Number(value))) into.set(name, { value: Number(value), line: command.line })
  if (unknown.length > 0 || values.size === 0)
    misunderstood(
      found,
      command,
      `nothing of ${command.name} that is known here: ${unknown.join(' ')}`.trim(),
    )
}

function readFudge(found: Reading, command: Command): void {
  const [address, ...words] = command.words
  if (address === undefined) return misunderstood(found, command, 'fudge takes an address')
  const options = readOptions(words, FUDGE_OPTIONS)
  if (options.unknown.length > 0)
    misunderstood(found, command, `the clock is used without \`${options.unknown.join(' ')}\``)
  found.fudges.push({ address, options, line: command.line })
}

function withPath(found: Reading, command: Command, take: (path: string) => void): void {
  const path = command.words[0]
  if (path === undefined) misunderstood(found, command, `${command.name} takes a path`)
  else take(path)
}

const misunderstood = (found: Reading, { line, text }: Command, why: string): void => {
  found.notUnderstood.push({ line, text, why })
}
