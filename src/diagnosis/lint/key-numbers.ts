/**
 * The numbers of the keys in a file of keys, and never the keys: `1 SHA1 HEX:…` of chrony, `1 M secret` of ntpd. A copy that was made
 * without secrets has such a file empty, or does not have it; then nothing is known.
 */
import type { Files } from '#core/guest/files.ts'
import { linesOf } from '#dialects/named-source.ts'

export type KeysIn = (path: string) => readonly number[] | undefined

export const keyNumbersIn =
  (files: Files): KeysIn =>
  path => {
    const read = files.read(path)
    if (read.kind !== 'read') return undefined
    const numbers = linesOf(read.text).flatMap(line => /^\s*(\d{1,10})\s+\S/.exec(line)?.[1] ?? [])
    return numbers.length === 0 ? undefined : numbers.map(Number)
  }
