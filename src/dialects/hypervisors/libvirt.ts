/**
 * The clock of a libvirt domain: `<clock>` and its `<timer>`s, with the line of each (libvirt's "Domain XML format", section
 * "Time keeping"). What is no XML is said so; entities are left as they stand.
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
  /** Windows is told by the enlightenments that only it uses. */
  readonly isWindows: boolean
  readonly notUnderstood: string | undefined
}

export const CLOCK_OFFSETS = ['utc', 'localtime', 'timezone', 'variable', 'absolute'] as const
/** What each attribute of a timer may say. */
export const TIMER_VALUES: Readonly<Record<string, readonly string[]>> = {
  name: ['platform', 'hpet', 'kvmclock', 'pit', 'rtc', 'tsc', 'hypervclock', 'armvtimer'],
  track: ['boot', 'guest', 'wall', 'realtime'],
  tickpolicy: ['delay', 'catchup', 'merge', 'discard'],
  mode: ['auto', 'native', 'emulate', 'paravirt', 'smpsafe'],
  present: ['yes', 'no'],
}
/** With any value. */
export const TIMER_FREE = ['frequency']

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
      timers.some(({ attributes }) => attributes.name === 'hypervclock'),
    notUnderstood: notUnderstood ?? (find(nodes, 'domain') || clock ? undefined : 'no <domain>'),
  }
}

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
    attributes: (node[ATTRIBUTES] ?? {}) as Record<string, string>,
  }
}

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
