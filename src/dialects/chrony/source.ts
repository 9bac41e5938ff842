/** A line of chrony.conf that names a time source, with every option that there is (chrony.conf(5), "Time sources"). */
import type { PollLog2, Seconds } from '#core/time/units.ts'
import { optionFormsOf } from '../grammar.ts'
import { isHost, type Options, type Remark, readOptions } from '../named-source.ts'
import { REFERENCE_CLOCK } from '../ntpd/sources.ts'
import { type Directive, misunderstand } from './directive.ts'
import { CHRONY_GRAMMAR } from './grammar.ts'

export interface ChronySource {
  readonly kind: 'server' | 'peer' | 'pool'
  readonly address: string
  readonly line: number
  /** As written. */
  readonly options: Options
  readonly port: number
  readonly minpoll: PollLog2
  readonly maxpoll: PollLog2
  readonly iburst: boolean
  readonly burst: boolean
  readonly offline: boolean
  readonly noselect: boolean
  readonly prefer: boolean
  readonly trust: boolean
  readonly require: boolean
  readonly maxsources: number
  readonly polltarget: number
  readonly minstratum: number
  /** Undefined: what the whole daemon is told. */
  readonly minsamples: number | undefined
  readonly maxsamples: number | undefined
  readonly maxunreach: number
  readonly maxdelay: Seconds
  /** 0: not tested. */
  readonly maxdelayratio: number
  readonly maxdelaydevratio: number
  readonly mindelay: Seconds
  /** Of the network's jitter, where it is not estimated. */
  readonly asymmetry: number | undefined
  /** Added to what is measured. */
  readonly offset: Seconds
}

/** A line by which chronyd asks, and never hears anybody who could set a clock. */
export interface NeverFound extends Remark {
  readonly address: string
}

const OPTIONS = optionFormsOf(CHRONY_GRAMMAR, 'server')

/** What chronyd holds a poll to, whatever the file says (ntp_core.c). */
const LEAST_POLL = -7
const GREATEST_POLL = 24

export const isSourceDirective = (name: string): name is ChronySource['kind'] =>
  name === 'server' || name === 'pool' || name === 'peer'

export function readSource(
  conf: {
    readonly sources: ChronySource[]
    readonly notUnderstood: Remark[]
    readonly neverFound: NeverFound[]
  },
  directive: Directive,
): void {
  const [address, ...words] = directive.words
  if (address === undefined) return misunderstand(conf, directive, 'no host name or address')
  const options = readOptions(
    words.map(word => word.toLowerCase()),
    OPTIONS,
  )
  if (options.unknown.length > 0)
    misunderstand(conf, directive, `the server is used without \`${options.unknown.join(' ')}\``)
  const port = options.values.get('port')
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65535))
    return misunderstand(conf, directive, `there is no port ${port}`)
  const never = isHost(address)
    ? REFERENCE_CLOCK.test(address) && 'for chronyd that is an address of its own machine, and no clock'
    : 'chronyd finds no host of that name'
  if (never) {
    const { line, text } = directive
    conf.neverFound.push({ line, text, address, why: never })
    return
  }
  const kind = directive.name as ChronySource['kind']
  conf.sources.push(sourceOf({ kind, address, line: directive.line }, options))
}

/** A source of which a file says no more than its address. */
export const plainChronySource = (address: string, said: Partial<ChronySource> = {}): ChronySource => ({
  ...sourceOf({ kind: 'server', address, line: 0 }, readOptions([], OPTIONS)),
  ...said,
})

function sourceOf(
  named: { readonly kind: ChronySource['kind']; readonly address: string; readonly line: number },
  options: Options,
): ChronySource {
  const has = (flag: string) => options.flags.has(flag)
  const given = (option: string): number | undefined => {
    const value = options.values.get(option)
    return value === undefined ? undefined : Number(value)
  }
  const poll = (option: string, usual: PollLog2): PollLog2 => {
    const value = given(option)
    return value === undefined || value < LEAST_POLL ? usual : Math.min(GREATEST_POLL, value)
  }
  const minpoll = poll('minpoll', 6)
  return {
    ...named,
    options,
    port: given('port') ?? 123,
    minpoll,
    maxpoll: Math.max(minpoll, poll('maxpoll', 10)),
    iburst: has('iburst'),
    burst: has('burst'),
    offline: has('offline'),
    noselect: has('noselect'),
    prefer: has('prefer'),
    trust: has('trust'),
    require: has('require'),
    maxsources: given('maxsources') ?? 4,
    polltarget: Math.max(1, given('polltarget') ?? 8),
    minstratum: given('minstratum') ?? 0,
    minsamples: given('minsamples'),
    maxsamples: given('maxsamples'),
    maxunreach: given('maxunreach') ?? 100_000,
    maxdelay: given('maxdelay') ?? 3,
    maxdelayratio: given('maxdelayratio') ?? 0,
    maxdelaydevratio: given('maxdelaydevratio') ?? 10,
    mindelay: given('mindelay') ?? 0,
    asymmetry: given('asymmetry'),
    offset: given('offset') ?? 0,
  }
}
