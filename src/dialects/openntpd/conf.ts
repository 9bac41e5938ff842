/**
 * ntpd.conf of OpenNTPD (ntpd.conf(5), portable 7): whom it asks, and what it checks its first setting of the clock against.
 * Words may be quoted; a backslash at the end joins the next line; the rest of a line after `#` says nothing.
 */
import { isHost, linesOf, type Remark, wordsOf } from '../named-source.ts'

export interface OpenNtpdServer {
  readonly address: string
  /** All addresses that the name has, and not the first alone. */
  readonly all: boolean
  /** 1 to 10: how often it counts. */
  readonly weight: number
  /** Its time needs no constraint. */
  readonly trusted: boolean
  readonly line: number
}

export interface OpenNtpdConf {
  readonly file: string
  readonly servers: readonly OpenNtpdServer[]
  /** Names of web servers whose date is compared. */
  readonly constraints: readonly string[]
  /** Understood, and of no use here: sensors, addresses to listen on. */
  readonly notUsable: readonly Remark[]
  readonly notUnderstood: readonly Remark[]
}

export function parseOpenNtpdConf(text: string, file: string): OpenNtpdConf {
  const servers: OpenNtpdServer[] = []
  const constraints: string[] = []
  const notUsable: Remark[] = []
  const notUnderstood: Remark[] = []
  for (const { line, content, words } of openNtpdLines(text)) {
    const refuse = (why: string) => notUnderstood.push({ line, text: content, why })
    switch (words[0]) {
      case 'server':
      case 'servers': {
        const server = readServer(words, line)
        if (typeof server === 'string') refuse(server)
        else servers.push(server)
        break
      }
      case 'constraint':
      case 'constraints':
        if (words[1] === 'from' && words[2] !== undefined) constraints.push(words[2])
        else refuse('a constraint has a `from`')
        break
      case 'sensor':
      case 'listen':
      case 'query':
        notUsable.push({ line, text: content, why: 'no server that is asked over the network' })
        break
      default:
        refuse('no keyword that is known here')
    }
  }
  return { file, servers, constraints, notUsable, notUnderstood }
}

function readServer([keyword, address, ...options]: string[], line: number): OpenNtpdServer | string {
  if (address === undefined || !isHost(address)) return 'no host name or address'
  let weight = 1
  let trusted = false
  for (let i = 0; i < options.length; i++) {
    if (options[i] === 'trusted') trusted = true
    else if (options[i] === 'weight') {
      weight = Number(options[++i])
      if (!Number.isInteger(weight) || weight < 1 || weight > 10) return 'a weight is 1 to 10'
    } else return `no option that is known here: ${options[i]}`
  }
  return { address, all: keyword === 'servers', weight, trusted, line }
}

/** The lines that say something, joined where they go on, and their words. */
export function openNtpdLines(text: string): { line: number; content: string; words: string[] }[] {
  return joined(text).flatMap(({ line, content }) => {
    const words = wordsOf(content.replaceAll('"', ' '))
    return words.length === 0 ? [] : [{ line, content, words }]
  })
}

function joined(text: string): { line: number; content: string }[] {
  const lines: { line: number; content: string }[] = []
  let open: { line: number; content: string } | undefined
  for (const [index, raw] of linesOf(text).entries()) {
    const plain = raw.replace(/#.*$/, '')
    const continued = plain.endsWith('\\')
    const part = (continued ? plain.slice(0, -1) : plain).trim()
    const all = open
      ? { line: open.line, content: `${open.content} ${part}` }
      : { line: index + 1, content: part }
    open = continued ? all : undefined
    if (!continued) lines.push(all)
  }
  if (open) lines.push(open)
  return lines
}
