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

/** A tenth of a pixel is enough. */
export const short = (value: number): string => String(Math.round(value * 10) / 10)

/** A path through points; a gap where a value is missing. */
export function line(points: Iterable<readonly [x: number, y: number]>): string {
  let path = ''
  let pen = 'M'
  for (const [x, y] of points) {
    if (Number.isNaN(y)) pen = 'M'
    else {
      path += `${pen}${short(x)} ${short(y)}`
      pen = 'L'
    }
  }
  return path
}

/** The area between two lines over the same places; a gap where either is missing. */
export function area(points: Iterable<readonly [x: number, low: number, high: number]>): string {
  let path = ''
  let open: (readonly [number, number, number])[] = []
  const close = () => {
    if (open.length > 0) {
      const there = open.map(([x, , high]) => `${short(x)} ${short(high)}`)
      const back = open.map(([x, low]) => `${short(x)} ${short(low)}`).reverse()
      path += `M${[...there, ...back].join('L')}Z`
    }
    open = []
  }
  for (const point of points) {
    if (Number.isNaN(point[1]) || Number.isNaN(point[2])) close()
    else open.push(point)
  }
  close()
  return path
}
