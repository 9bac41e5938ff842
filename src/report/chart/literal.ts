/**
 * A chart for programs that know no CSS variables (office suites, image viewers, printers of PNG): each variable becomes the
 * value that the chart's own style gives it first, which is that of paper.
 */
import type { Element, Node } from './svg.ts'

export function withLiteralColours(svg: Element): Element {
  const values = new Map<string, string>()
  for (const [, name, value] of styleIn(svg).matchAll(/(--[\w-]+):([^;{}]+)/g))
    if (!values.has(name!)) values.set(name!, value!)
  const literal = (text: string): string =>
    text.replace(/var\((--[\w-]+)\)/g, (whole, name: string) => values.get(name) ?? whole)
  const walk = (node: Node): Node => {
    if (typeof node === 'string') return node
    const attributes = Object.fromEntries(
      Object.entries(node.attributes).map(([key, value]) => [
        key,
        typeof value === 'string' ? literal(value) : value,
      ]),
    )
    // What is inside a style is ours; other text is left as it is.
    const children = node.name === 'style' ? node.children.map(each => literal(String(each))) : node.children
    return { name: node.name, attributes, children: children.map(walk) }
  }
  return walk(svg) as Element
}

const styleIn = (node: Node): string =>
  typeof node === 'string'
    ? ''
    : node.name === 'style'
      ? node.children.map(String).join('')
      : node.children.map(styleIn).join('')
