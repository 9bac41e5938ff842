/**
 * HTML as a value: the elements of chart/svg.ts, printed by the rules of HTML. All text is escaped here, and only here, so
 * that what a stranger wrote into a log stays text.
 */
import { type Element, escapeText, type Node } from './chart/svg.ts'

/** They have no end tag; all others need one. */
const VOID = new Set(['br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'wbr'])

export function printHtml(node: Node): string {
  if (typeof node === 'string') return escapeText(node)
  const { name, attributes, children } = node
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeText(String(value))}"`)
    .join('')
  return VOID.has(name)
    ? `<${name}${written}>`
    : `<${name}${written}>${children.map(printHtml).join('')}</${name}>`
}

/** The text of a tree, without its tags. */
export const textOf = (node: Element | string): string =>
  typeof node === 'string' ? node : node.children.map(textOf).join('')

/**
 * JSON for a script element, in which neither an end tag nor a comment may begin. What is not finite becomes null.
 */
export const jsonForScript = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u007f-\u009f\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
