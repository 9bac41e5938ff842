/**
 * A configuration that a program copies from another file, as the hook of DHCP does (/var/lib/ntp/ntp.conf.dhcp from /etc/ntp.conf):
 * what is changed in the copy alone goes at the next lease. The same edit is made in the file that it comes from, too.
 */
import type { ConfigurationFile, Inventory } from '#core/guest/inventory.ts'
import { linesOf } from '#dialects/named-source.ts'
import type { OfKind } from './action.ts'
import type { Edit } from './edit.ts'

type Edits = OfKind<'edit' | 'write-file'>

/** What a file is copied from, where that is there. */
export const madeFrom = (path: string, { daemons }: Inventory): ConfigurationFile | undefined =>
  daemons.find(({ configuration: [main], ...daemon }) => daemon.madeFrom && main?.path === path)?.madeFrom

/** The same edit where the file comes from; undefined for a file that comes from nowhere, and where it is not wanted there. */
export function atItsSource(edit: Edits, inventory: Inventory): Edits | undefined {
  const source = madeFrom(edit.file, inventory)
  const copy = inventory.daemons
    .flatMap(daemon => daemon.configuration)
    .find(({ path }) => path === edit.file)
  if (!source || !copy || edit.kind !== 'edit') return undefined
  const line = lineThere(edit.edit, linesOf(copy.text), linesOf(source.text))
  return line === undefined ? undefined : { ...edit, file: source.path, edit: { ...edit.edit, line } }
}

function lineThere(
  { kind, line, text }: Edit,
  copy: readonly string[],
  source: readonly string[],
): number | undefined {
  if (kind === 'insert-after' && settingsIn(text).every(each => source.includes(each))) return undefined
  if (kind === 'insert-after' && (line === 0 || line >= copy.length)) return line && Number.POSITIVE_INFINITY
  const at = source.indexOf(copy[line - 1] ?? '')
  return at >= 0 && source.lastIndexOf(source[at]!) === at ? at + 1 : undefined
}

const settingsIn = (text: string): string[] => text.split('\n').filter(line => /^\s*[^\s#]/.test(line))
