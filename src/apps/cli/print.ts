/** Printing for programs and for people. */
import { styleText } from 'node:util'
import { decimal } from '#core/time/format.ts'
import type { Style } from '#report/style.ts'

/** Characters that JSON lets stand and a terminal obeys; in JSON they can only be part of a string. */
const OBEYED = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** JSON on one or many lines: instants (bigints) as decimal strings, what is unknown or not finite as null. */
export function toJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(
    value,
    function replace(this: unknown, _key, each) {
      if (typeof each === 'bigint') return decimal(each)
      if (typeof each === 'number' && !Number.isFinite(each)) return null
      return each === undefined ? null : each
    },
    indent,
  )
  return text.replace(OBEYED, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export const printJson = (value: unknown): void => void process.stdout.write(`${toJson(value, 2)}\n`)

/** Colours only on a terminal, and not when NO_COLOR is set. */
export function styler(stream: NodeJS.WriteStream = process.stdout): Style {
  if (!stream.isTTY || process.env.NO_COLOR) return (_, text) => text
  return (format, text) => styleText(format, text, { validateStream: false })
}
