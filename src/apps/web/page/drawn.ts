/** Elements of `#report` (SVG and HTML as values) as what preact draws. */
import { type ComponentChild, h } from 'preact'
import type { Node } from '#report/chart/svg.ts'

export const drawn = (node: Node): ComponentChild =>
  typeof node === 'string' ? node : h(node.name, node.attributes, node.children.map(drawn))
