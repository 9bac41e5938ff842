/** Facts with the places where they were read: the few ways in which a file is asked for one. */
import { type Files, rooted, type Unreadable } from '#core/guest/files.ts'
import type { Fact, Place } from '#core/guest/inventory.ts'
import { linesOf } from '#dialects/named-source.ts'

/** Of a longer line the beginning says enough. */
const LONGEST = 500

export const at = (path: string, text: string, line?: number): Place => ({
  path: rooted(path),
  ...(line === undefined ? {} : { line }),
  text: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text,
})

export const fact = <T>(value: T, ...evidence: Place[]): Fact<T> => ({ value, evidence })

/** The whole of a small file; undefined also when it is empty. */
export function wholeFile(files: Files, path: string): Fact<string> | undefined {
  const text = files.text(path)
  return text ? fact(text, at(path, text)) : undefined
}

export interface FoundLine {
  readonly match: RegExpExecArray
  readonly place: Place
}

/** The first line that a pattern matches, of the first file that has one. */
export function findLine(
  files: Files,
  paths: readonly string[],
  pattern: RegExp,
  most?: number,
): FoundLine | undefined {
  for (const path of paths) {
    for (const [index, text] of linesIn(files, path, most).entries()) {
      const match = pattern.exec(text)
      if (match) return { match, place: at(path, text.trim(), index + 1) }
    }
  }
  return undefined
}

export function linesIn(files: Files, path: string, most?: number): string[] {
  const read = files.read(path, most)
  return read.kind === 'read' ? linesOf(read.text) : []
}

/** The first of these that is there. */
export const firstThere = (files: Files, paths: readonly string[]): string | undefined =>
  paths.find(path => files.exists(path))

export type TextRead =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'absent' }
  | ({ readonly kind: 'unread' } & Unreadable)

/** A file that should be text. A link that leads nowhere is there, and nobody can read it. */
export function readText(files: Files, path: string): TextRead {
  const read = files.read(path)
  if (read.kind === 'read')
    return read.text.includes('\0')
      ? { kind: 'unread', path: rooted(path), why: 'binary' }
      : { kind: 'read', text: read.text }
  if (read.kind === 'unread') return { kind: 'unread', path: rooted(path), why: read.why }
  return isLink(files, path) ? { kind: 'unread', path: rooted(path), why: 'leads-nowhere' } : read
}

/** Undefined where it is not there, or cannot be read as text. */
export function textAt(files: Files, path: string): string | undefined {
  const read = readText(files, path)
  return read.kind === 'read' ? read.text : undefined
}

/** Also one that leads nowhere. */
export const isLink = (files: Files, path: string): boolean => files.link(path) !== undefined
