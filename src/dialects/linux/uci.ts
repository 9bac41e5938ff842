/** Files below /etc/config, as OpenWrt's uci reads them: sections (`config TYPE 'NAME'`) with options, and lists of one word a line. */
import { linesOf } from '../named-source.ts'

export interface UciLine {
  readonly line: number
  readonly text: string
  /** The type of the section and its name, which it may have not. */
  readonly type: string
  readonly section: string | undefined
  readonly kind: 'option' | 'list'
  readonly name: string
  readonly value: string
}

const WORD = /'([^']*)'|"([^"]*)"|([^\s'"#]+)/g

export function parseUci(text: string): UciLine[] {
  let section: Pick<UciLine, 'type' | 'section'> | undefined
  return linesOf(text).flatMap((content, index): UciLine[] => {
    const line = content.trim()
    if (line.startsWith('#')) return []
    const [kind, name, value] = [...line.matchAll(WORD)].map(
      ([, single, double, bare]) => single ?? double ?? bare ?? '',
    )
    if (kind === 'config' && name !== undefined) section = { type: name, section: value }
    if ((kind !== 'option' && kind !== 'list') || !section || name === undefined || value === undefined)
      return []
    return [{ line: index + 1, text: line, ...section, kind, name, value }]
  })
}

/** As `uci get_bool` and the scripts of OpenWrt have it. */
export const isUciFalse = (value: string): boolean => /^(?:0|off|false|no|disabled)$/.test(value)
