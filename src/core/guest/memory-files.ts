/**
 * A copy of a machine that lies in memory: the members of an archive, or what a test writes down. Links lead nowhere but to
 * other members.
 */
import { type FileRead, type Files, filesIn, MOST_LINKS, rooted, type Unread } from './files.ts'

/** A text, whose characters are its bytes; a file with both; a link; a directory; or what is there and cannot be read. */
export type Member =
  | string
  | { readonly bytes: Uint8Array; readonly text: string; readonly executable?: boolean }
  | { readonly link: string }
  | { readonly directory: true }
  | { readonly why: Unread }

export function memoryFiles(members: Readonly<Record<string, Member>>): Files {
  const held = new Map<string, Member>()
  const directories = new Map<string, Set<string>>([['/', new Set()]])
  for (const [path, member] of Object.entries(members)) {
    const steps = path.split('/').filter(step => step !== '' && step !== '.')
    if (steps.length === 0 || steps.includes('..')) continue
    const own = `/${steps.join('/')}`
    if (typeof member === 'object' && 'directory' in member)
      directories.set(own, directories.get(own) ?? new Set())
    else held.set(own, member)
    for (let depth = 0; depth < steps.length; depth++) {
      const directory = `/${steps.slice(0, depth).join('/')}`
      directories.set(directory, (directories.get(directory) ?? new Set()).add(steps[depth]!))
    }
  }

  /** Where a path leads without links; the last step only on request. */
  function resolve(path: string, last: 'follow' | 'keep'): string | 'too-many-links' | undefined {
    const ahead = path.split('/').reverse()
    let behind: string[] = []
    for (let links = 0; ahead.length > 0; ) {
      const step = ahead.pop()!
      if (step === '' || step === '.') continue
      if (step === '..') {
        behind.pop()
        continue
      }
      const here = `/${[...behind, step].join('/')}`
      const member = held.get(here)
      const linked = typeof member === 'object' && 'link' in member ? member.link : undefined
      if (linked !== undefined && (ahead.length > 0 || last === 'follow')) {
        if (++links > MOST_LINKS) return 'too-many-links'
        if (linked.startsWith('/')) behind = []
        ahead.push(...linked.split('/').reverse())
      } else if (member === undefined && !directories.has(here)) return undefined
      else behind.push(step)
    }
    return `/${behind.join('/')}`
  }

  function read(path: string, most: number): FileRead {
    const at = resolve(path, 'follow')
    if (at === undefined) return { kind: 'absent' }
    if (at === 'too-many-links') return { kind: 'unread', why: at }
    const member = held.get(at)
    if (member === undefined) return { kind: 'unread', why: 'directory' }
    if (typeof member === 'object' && 'why' in member) return { kind: 'unread', why: member.why }
    if (typeof member === 'object' && !('bytes' in member)) return { kind: 'absent' }
    const file = typeof member === 'string' ? bytesOf(member) : member
    // Said once, a text need not be turned into bytes again.
    held.set(at, file)
    return file.bytes.length > most
      ? { kind: 'unread', why: 'too-large' }
      : { kind: 'read', bytes: file.bytes, text: file.text }
  }

  return filesIn({
    own: false,
    read,
    names(path) {
      const at = resolve(rooted(path), 'follow')
      const names = at === undefined ? undefined : directories.get(at)
      return names ? [...names] : 'absent'
    },
    link(path) {
      const at = resolve(path, 'keep')
      const member = at === undefined ? undefined : held.get(at)
      return typeof member === 'object' && 'link' in member ? member.link : undefined
    },
    executable(path) {
      const at = resolve(path, 'follow')
      const member = at === undefined ? undefined : held.get(at)
      return typeof member === 'object' && 'bytes' in member ? member.executable : undefined
    },
    exists: path => ![undefined, 'too-many-links'].includes(resolve(path, 'follow')),
  })
}

function bytesOf(text: string): { readonly bytes: Uint8Array; readonly text: string } {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return { bytes, text }
}
