/** Where a setting of the kernel is written for the next boot: over the line that decides now, else at the end of sysctl.conf. */
import type { Inventory } from '#core/guest/inventory.ts'
import { withSysctlValue } from '#dialects/linux/sysctl.ts'
import type { Action } from './action.ts'
import { END_OF_FILE } from './append.ts'
import type { Content } from './ground.ts'

type Sysctl = Extract<Action, { kind: 'sysctl' }>
type Writing = Extract<Action, { kind: 'edit' | 'write-file' }>

const CONF = '/etc/sysctl.conf'
const OURS = '/etc/sysctl.d/90-clockwright.conf'

export function planSysctl(
  { name, value }: Sysctl,
  { sysctls }: Inventory,
  content: (path: string) => Content,
): Writing {
  const text = `${name} = ${value}`
  const deciding = sysctls.find(setting => setting.name === name)?.set.at(-1)?.evidence[0]
  // What the distribution brings below /usr is not ours to edit; a file below /etc decides over it.
  if (deciding?.line !== undefined && deciding.path.startsWith('/etc/')) {
    const file = content(deciding.path)
    const line = file.kind === 'read' ? file.bytes.split('\n')[deciding.line - 1] : undefined
    return {
      kind: 'edit',
      file: deciding.path,
      edit: { kind: 'replace', line: deciding.line, text: line ? withValue(line, value, name) : text },
    }
  }
  if (content(CONF).kind === 'read')
    return { kind: 'edit', file: CONF, edit: { kind: 'insert-after', line: END_OF_FILE, text } }
  return { kind: 'write-file', file: OURS, text: `${text}\n` }
}

/** The name and the blanks stay as they are written; in a line of shell (`echo 0 > /proc/…`, `sysctl -w …=0`) all else does. */
function withValue(line: string, value: string, name: string): string {
  const key = name.replaceAll('.', '[./]')
  if (new RegExp(`^\\s*-?${key}[ \\t]*=`).test(line)) return withSysctlValue(line, value)
  const assigned = line.replace(
    new RegExp(`(${key}[ \\t]*=[ \\t]*)[^\\s"';]*`),
    (_, before: string) => before + value,
  )
  return assigned === line
    ? line.replace(
        /(\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)?["']?)[^\s"'>|]*/,
        (_, before: string) => before + value,
      )
    : assigned
}
