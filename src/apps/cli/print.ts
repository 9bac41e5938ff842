/** Printing for programs and for people. */
import { styleText } from 'node:util'
import { decimal } from '#core/time/format.ts'
import type { Style } from '#report/style.ts'

/** JSON on one or many lines: instants (bigints) as decimal strings, what is unknown or not finite as null. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    function replace(this: unknown, _key, each) {
      if (typeof each === 'bigint') return decimal(each)
      if (typeof each === 'number' && !Number.isFinite(each)) return null
      return each === undefined ? null : each
    },
    indent,
  )
}

export const printJson = (value: unknown): void => void process.stdout.write(`${toJson(value, 2)}\n`)

/** Colours only on a terminal, and not when NO_COLOR is set. */
export function styler(stream: NodeJS.WriteStream = process.stdout): Style {
  if (!stream.isTTY || process.env.NO_COLOR) return (_, text) => text
  return (format, text) => styleText(format, text, { validateStream: false })
}
