/**
 * Units of systemd: the syntax of its files (systemd.syntax(7)) and what a unit and its drop-ins say together
 * (systemd.unit(5)). A drop-in adds to a list, or replaces a single value; an empty assignment begins a list anew, and an
 * empty condition takes all conditions back.
 */
import { linesOf, type Remark } from '../named-source.ts'

export interface UnitSetting {
  readonly line: number
  readonly section: string
  readonly key: string
  /** Of a line that goes on over several, the parts joined by spaces. */
  readonly value: string
}

export interface UnitFile {
  readonly path: string
  readonly settings: readonly UnitSetting[]
  readonly notUnderstood: readonly Remark[]
}

export type LocatedSetting = UnitSetting & { readonly path: string }

export function parseUnit(text: string, path: string): UnitFile {
  const settings: UnitSetting[] = []
  const notUnderstood: Remark[] = []
  let section = ''
  for (const { line, content } of joinedLines(text)) {
    const header = /^\[([^\]]*)\]$/.exec(content)
    const equals = content.indexOf('=')
    if (header) section = header[1]!
    else if (equals < 1 || section === '')
      notUnderstood.push({
        line,
        text: content,
        why: equals < 1 ? 'neither a [section] nor a key with its value' : 'before the first [section]',
      })
    else
      settings.push({
        line,
        section,
        key: content.slice(0, equals).trimEnd(),
        value: content.slice(equals + 1).trimStart(),
      })
  }
  return { path, settings, notUnderstood }
}

/** Lines that say something, joined where a backslash asks for it; the number is that of the first. */
export function joinedLines(text: string): { line: number; content: string }[] {
  const joined: { line: number; content: string }[] = []
  let parts: string[] = []
  let first = 0
  const finish = () => {
    const content = parts.join(' ').trim()
    if (content !== '') joined.push({ line: first, content })
    parts = []
  }
  for (const [index, line] of linesOf(text).entries()) {
    if (/^\s*[#;]/.test(line)) continue
    if (parts.length === 0) first = index + 1
    const continued = line.endsWith('\\')
    parts.push(continued ? line.slice(0, -1) : line)
    if (!continued) finish()
  }
  finish()
  return joined
}

/** What a key that is a list holds in the end: `ExecStart`, `EnvironmentFile`, `After`. The files in their order, the unit first. */
export function listOf(files: readonly UnitFile[], section: string, key: string): LocatedSetting[] {
  let list: LocatedSetting[] = []
  for (const setting of settingsIn(files, section)) {
    if (setting.key !== key) continue
    if (setting.value === '') list = []
    else list.push(setting)
  }
  return list
}

/** What a key with one value has in the end. */
export const lastOf = (
  files: readonly UnitFile[],
  section: string,
  key: string,
): LocatedSetting | undefined => settingsIn(files, section).findLast(setting => setting.key === key)

/** Every `Condition…=` and `Assert…=` that still stands. */
export function conditionsOf(files: readonly UnitFile[]): LocatedSetting[] {
  let conditions: LocatedSetting[] = []
  for (const setting of settingsIn(files, 'Unit')) {
    const kind = /^(?:Condition|Assert)/.exec(setting.key)?.[0]
    if (kind === undefined) continue
    if (setting.value === '') conditions = conditions.filter(({ key }) => !key.startsWith(kind))
    else conditions.push(setting)
  }
  return conditions
}

const settingsIn = (files: readonly UnitFile[], section: string): LocatedSetting[] =>
  files.flatMap(({ path, settings }) =>
    settings.filter(setting => setting.section === section).map(setting => ({ ...setting, path })),
  )
