/**
 * The commands of ntp.conf (ntp_scanner.c): one on a line, in small letters; a comment begins at a `#` anywhere outside of
 * quotes, and `end` ends the file.
 */
import { linesOf } from '../named-source.ts'

export interface Command {
  readonly line: number
  readonly text: string
  readonly name: string
  readonly words: readonly string[]
}

export function readCommands(text: string): Command[] {
  const commands: Command[] = []
  for (const [index, line] of linesOf(text).entries()) {
    const [name, ...words] = withoutKeyPort(wordsOfCommand(line))
    if (name === 'end') break
    if (name !== undefined) commands.push({ line: index + 1, text: line.trim(), name, words })
  }
  return commands
}

/** With `nts` NTPsec takes the port of the key exchange behind the name (its nts_client.c); who is asked for the time is the name. */
function withoutKeyPort(words: readonly string[]): readonly string[] {
  if (!/^(?:server|pool|peer)$/.test(words[0] ?? '') || !words.includes('nts')) return words
  const host = /^-[46]$/.test(words[1] ?? '') ? 2 : 1
  return words.map((word, at) => (at === host ? word.replace(/^([^:[\]]+):[\w-]+$/, '$1') : word))
}

/** The words of a line up to its comment. A quote that is not closed ends with the line, as in ntpd. */
function wordsOfCommand(line: string): string[] {
  const words: string[] = []
  for (const [, quoted, word, comment] of line.matchAll(/"([^"]*)"?|([^\s"#]+)|(#)/g)) {
    if (comment !== undefined) break
    words.push(quoted ?? word ?? '')
  }
  return words
}
