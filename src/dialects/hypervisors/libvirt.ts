/**
 * The clock of a libvirt domain: `<clock>` and its `<timer>`s, with the line of each (libvirt's "Domain XML format", section
 * "Time keeping"), and what each attribute may say (its schema domaincommon.rng). What is no XML is said so; entities are left as
 * they stand.
 */
import { XMLParser } from 'fast-xml-parser'

export interface XmlTag {
  readonly line: number
  /** The line on which it ends; a tag with others inside ends behind them. */
  readonly lastLine: number
  readonly attributes: Readonly<Record<string, string>>
}

export interface LibvirtTimer extends XmlTag {
  readonly catchup: XmlTag | undefined
}

export interface LibvirtDomain {
  readonly clock: XmlTag | undefined
  readonly timers: readonly LibvirtTimer[]
  /** Windows is told by the enlightenments that only it uses, or by what virt-install and virt-manager wrote of it. */
  readonly isWindows: boolean
  /** `kvm`, `qemu`, `xen`, … */
  readonly type: string | undefined
  readonly notUnderstood: string | undefined
}

/** What each attribute of a timer may say. */
export const TIMER_VALUES: Readonly<Record<string, readonly string[]>> = {
  name: ['platform', 'hpet', 'kvmclock', 'pit', 'rtc', 'tsc', 'hypervclock', 'armvtimer'],
  track: ['boot', 'guest', 'wall', 'realtime'],
  tickpolicy: ['delay', 'catchup', 'merge', 'discard'],
  mode: ['auto', 'native', 'emulate', 'paravirt', 'smpsafe'],
  present: ['yes', 'no'],
}
/** Which attributes a timer may have beside its name and `present`. */
export const TIMER_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  platform: ['track', 'tickpolicy'],
  rtc: ['track', 'tickpolicy'],
  tsc: ['tickpolicy', 'frequency', 'mode'],
  hpet: ['tickpolicy'],
  pit: ['tickpolicy'],
  armvtimer: ['tickpolicy'],
  kvmclock: [],
  hypervclock: [],
}

/** What an attribute with a number, or a text of its own, may say. */
export interface Value {
  readonly fits: RegExp
  readonly expected: string
}

const WHOLE: Value = { fits: /^\d+$/, expected: 'a whole number' }
const DELTA: Value = { fits: /^[-+]?\d+$/, expected: 'seconds, a whole number' }

/** In Hz. */
export const TIMER_FREQUENCY: Value = WHOLE
export const CATCHUP_NUMBER: Value = WHOLE

const RESETTABLE: Value = { fits: /^(?:[-+]?\d+|reset)$/, expected: '`reset`, or seconds, a whole number' }

/** Which attributes a clock of each offset may have, and which it must. */
export const CLOCK_ATTRIBUTES: Readonly<
  Record<string, { readonly must?: string; readonly may: Readonly<Record<string, Value>> }>
> = {
  utc: { may: { adjustment: RESETTABLE } },
  localtime: { may: { adjustment: RESETTABLE } },
  timezone: { must: 'timezone', may: { timezone: { fits: /^[\w.+\-/]+$/, expected: 'the name of a zone' } } },
  variable: {
    may: { adjustment: DELTA, basis: { fits: /^(?:utc|localtime)$/, expected: '`utc` or `localtime`' } },
  },
  absolute: { must: 'start', may: { start: { ...WHOLE, expected: 'seconds since 1970, a whole number' } } },
}

const META = XMLParser.getMetaDataSymbol() as symbol
const ATTRIBUTES = ':@'

type Node = Readonly<Record<string | symbol, unknown>>

export function parseLibvirtDomain(text: string): LibvirtDomain {
  let nodes: readonly Node[] = []
  let notUnderstood: string | undefined
  try {
    nodes = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      preserveOrder: true,
      captureMetaData: true,
      processEntities: false,
      parseTagValue: false,
      parseAttributeValue: false,
    }).parse(text) as readonly Node[]
  } catch (error) {
    notUnderstood = error instanceof Error ? error.message.split('\n')[0]! : 'no XML'
  }
  const lines = lineStarts(text)
  const clock = find(nodes, 'clock')
  const timers = children(clock, 'clock').flatMap(node => {
    if (!('timer' in node)) return []
    const catchup = children(node, 'timer').find(each => 'catchup' in each)
    return [{ ...tagOf(node, lines), catchup: catchup && tagOf(catchup, lines) }]
  })
  return {
    clock: clock && tagOf(clock, lines),
    timers,
    isWindows:
      find(nodes, 'hyperv') !== undefined ||
      WINDOWS.test(attributesOf(find(nodes, 'libosinfo:os')).id ?? '') ||
      timers.some(({ attributes }) => attributes.name === 'hypervclock'),
    type: attributesOf(find(nodes, 'domain')).type,
    notUnderstood: notUnderstood ?? (find(nodes, 'domain') || clock ? undefined : 'no <domain>'),
  }
}

/** As libosinfo names systems: http://microsoft.com/win/10 */
const WINDOWS = /\/\/microsoft\.com\/win/
const DEEPEST = 60

function find(nodes: readonly Node[], name: string, depth = 0): Node | undefined {
  for (const node of nodes) {
    if (name in node) return node
    if (depth < DEEPEST)
      for (const key of Object.keys(node)) {
        if (key === ATTRIBUTES || !Array.isArray(node[key])) continue
        const below = find(node[key] as readonly Node[], name, depth + 1)
        if (below) return below
      }
  }
  return undefined
}

const children = (node: Node | undefined, name: string): readonly Node[] =>
  Array.isArray(node?.[name]) ? (node[name] as readonly Node[]) : []

function tagOf(node: Node, lines: readonly number[]): XmlTag {
  const { startIndex = 0, endIndex = startIndex } = (node[META] ?? {}) as {
    startIndex?: number
    endIndex?: number
  }
  return {
    line: lineAt(lines, startIndex),
    lastLine: lineAt(lines, endIndex),
    attributes: attributesOf(node),
  }
}

const attributesOf = (node: Node | undefined): Readonly<Record<string, string>> =>
  (node?.[ATTRIBUTES] ?? {}) as Record<string, string>

/** The reader drops carriage returns before it counts, so lines are counted in what it saw. */
function lineStarts(text: string): number[] {
  const starts = [0]
  const seen = text.replace(/\r\n?/g, '\n')
  for (let at = seen.indexOf('\n'); at >= 0; at = seen.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineAt(starts: readonly number[], index: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= index) low = middle
    else high = middle - 1
  }
  return low + 1
}
