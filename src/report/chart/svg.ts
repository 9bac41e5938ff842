/** SVG as a value: elements are made of names, attributes and children, and become text at the end. */

export type Node = Element | string

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | undefined>>
  readonly children: readonly Node[]
}

export const element = (
  name: string,
  attributes: Element['attributes'] = {},
  ...children: readonly Node[]
): Element => ({ name, attributes, children })

export function print(node: Node): string {
  if (typeof node === 'string') return escapeText(node)
  const { name, attributes, children } = node
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeText(typeof value === 'number' ? short(value) : value!)}"`)
    .join('')
  if (children.length === 0) return `<${name}${written}/>`
  const inside =
    name === 'style' ? children.map(String).join('') : children.map(print).join(name === 'text' ? '' : '\n')
  return `<${name}${written}>${inside}</${name}>`
}

/** Also for HTML. Control characters have no place in either. */
export const escapeText = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** A tenth of a pixel is enough. What lies in a picture is written again and again: its digits are found once. */
export function short(value: number): string {
  const tenths = Math.round(value * 10)
  if (!(tenths >= 0 && tenths < MOST_TENTHS)) return String(tenths / 10)
  written[tenths] ??= String(tenths / 10)
  return written[tenths]
}

const MOST_TENTHS = 20_000
const written: string[] = []

/** A path through points; a gap where a value is missing. */
export function line(xs: ArrayLike<number>, ys: ArrayLike<number>): string {
  let path = ''
  let pen = 'M'
  for (let i = 0; i < xs.length; i++) {
    const y = ys[i]!
    if (Number.isNaN(y)) pen = 'M'
    else {
      path += `${pen}${short(xs[i]!)} ${short(y)}`
      pen = 'L'
    }
  }
  return path
}

/** The area between two lines over the same places; a gap where either is missing. */
export function area(xs: ArrayLike<number>, lows: ArrayLike<number>, highs: ArrayLike<number>): string {
  const missing = (i: number) => Number.isNaN(lows[i]!) || Number.isNaN(highs[i]!)
  let path = ''
  for (let i = 0; i < xs.length; i++) {
    if (missing(i)) continue
    const first = i
    let there = ''
    for (; i < xs.length && !missing(i); i++)
      there += `${i === first ? 'M' : 'L'}${short(xs[i]!)} ${short(highs[i]!)}`
    let back = ''
    for (let j = i - 1; j >= first; j--) back += `L${short(xs[j]!)} ${short(lows[j]!)}`
    path += `${there}${back}Z`
  }
  return path
}
