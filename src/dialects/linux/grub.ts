/**
 * What a machine is started with, in the files of its boot loader: menu.lst or grub.conf of GRUB legacy (0.97), grub.cfg of
 * GRUB 2, and the entries of the Boot Loader Specification (loader/entries/*.conf). With Xen the loader starts the
 * hypervisor and hands it the kernel as a module: so an entry may have two lines with options, and an option on the wrong
 * one has no effect. Which is which is told by the name of the image: that of Xen begins with `xen`.
 *
 * grub.cfg is a script. Entries are read from it, not what its conditions come to; `$variables` stay as they stand.
 */
import { linesOf } from '../named-source.ts'
import { joinedLines } from './unit.ts'

export interface ImageLine {
  readonly line: number
  readonly text: string
  readonly image: string
  /** What follows the image. */
  readonly words: readonly string[]
}

export interface MenuEntry {
  readonly line: number
  readonly title: string
  /** GRUB 2's id, and what names an entry of the Boot Loader Specification. */
  readonly id: string | undefined
  /** GRUB 2: titles and ids of the menus around it, the outermost first, and its place among its neighbours, from 0. */
  readonly within: readonly string[]
  readonly place: number
  readonly hypervisor: ImageLine | undefined
  readonly kernel: ImageLine | undefined
}

export interface Menu {
  readonly entries: readonly MenuEntry[]
  /** As it is said: a number, a title, an id, `saved`, `${saved_entry}`. Undefined: not said, which means the first entry. */
  readonly preset: string | undefined
  /** Lines of Debian's menu.lst from which update-grub makes entries: `# kopt=`, `# xenhopt=`, `# xenkopt=`. */
  readonly templates: readonly {
    readonly line: number
    readonly text: string
    readonly name: string
    readonly words: readonly string[]
  }[]
}

export const isXenImage = (image: string): boolean => /^xen(?:[-._]|$)/i.test(image.replace(/^.*\//, ''))

interface Building extends MenuEntry {
  hypervisor: ImageLine | undefined
  kernel: ImageLine | undefined
}

const begin = (at: Pick<MenuEntry, 'line' | 'title' | 'id' | 'within' | 'place'>): Building => ({
  ...at,
  hypervisor: undefined,
  kernel: undefined,
})

/** Commands that name the first image, and those that hand it another. */
const FIRST = /^(?:kernel|linux(?:16|efi)?|multiboot2?|xen_hypervisor|chainloader)$/
const MODULE = /^(?:module2?|modulenounzip|xen_module)$/

function take(entry: Building, command: string, image: ImageLine): void {
  if (command === 'chainloader') return
  if (FIRST.test(command)) {
    if (isXenImage(image.image)) entry.hypervisor = image
    else entry.kernel ??= image
  } else if (MODULE.test(command) && entry.hypervisor) entry.kernel ??= image
}

/** menu.lst, grub.conf. A command and its words are separated by white space or `=`. */
export function parseGrubLegacy(text: string): Menu {
  const entries: Building[] = []
  const templates: Menu['templates'][number][] = []
  let preset: string | undefined
  for (const [index, raw] of linesOf(text).entries()) {
    const line = index + 1
    const content = raw.trim()
    const template = /^# (kopt|xenhopt|xenkopt|defoptions)(?:_[\w.]+)?=(.*)$/.exec(content)
    if (template)
      templates.push({
        line,
        text: content,
        name: template[1]!,
        words: template[2]!.split(/\s+/).filter(Boolean),
      })
    if (content === '' || content.startsWith('#')) continue
    const [, command, rest] = /^([\w.-]+)(?:[\s=]+(.*))?$/.exec(content) ?? []
    if (command === undefined) continue
    const words = (rest ?? '').split(/\s+/).filter(Boolean)
    const entry = entries.at(-1)
    if (command === 'title')
      entries.push(begin({ line, title: rest ?? '', id: undefined, within: [], place: entries.length }))
    else if (!entry && command === 'default') preset = words[0]
    else if (entry && (FIRST.test(command) || MODULE.test(command))) {
      // kernel [--type=TYPE] [--no-mem-option] FILE …
      const [image, ...options] = words.slice(words.findIndex(word => !word.startsWith('--')))
      if (image !== undefined) take(entry, command, { line, text: content, image, words: options })
    }
  }
  return { entries, preset, templates }
}

/** Nobody puts menus deeper into menus. */
const DEEPEST = 16

/** grub.cfg. */
export function parseGrub2(text: string): Menu {
  const entries: Building[] = []
  let preset: string | undefined
  /** What each open brace belongs to. */
  const open: (
    | { kind: 'menu'; title: string; count: number }
    | { kind: 'entry'; entry: Building }
    | { kind: 'other' }
  )[] = []
  const outermost = { count: 0 }
  /** Open braces below the deepest that are looked at. */
  let deeper = 0
  for (const { line, text: raw, words } of grubCommands(text)) {
    const [command, ...rest] = words as [string, ...string[]]
    if (open.length >= DEEPEST) {
      if (words.at(-1) === '{') deeper++
      else if (command === '}' && deeper > 0) deeper--
      else if (command === '}') open.pop()
      continue
    }
    const entry = open.findLast(each => each.kind === 'entry')?.entry
    const opens = words.at(-1) === '{'
    if (command === 'menuentry' || command === 'submenu') {
      if (!opens) continue
      const menu = open.findLast(each => each.kind === 'menu') ?? outermost
      const title = rest[0] ?? ''
      const idAt = rest.findIndex(word => /^(?:--id|\$\{?menuentry_id_option\}?)$/.test(word))
      const id = idAt < 0 ? undefined : rest[idAt + 1]
      const place = menu.count++
      if (command === 'submenu') open.push({ kind: 'menu', title: id ?? title, count: 0 })
      else {
        const within = open.flatMap(each => (each.kind === 'menu' ? [each.title] : []))
        const started = begin({ line, title, id, within, place })
        entries.push(started)
        open.push({ kind: 'entry', entry: started })
      }
    } else if (command === '}') open.pop()
    else if (opens) open.push({ kind: 'other' })
    else if (command === 'set' && rest[0]?.startsWith('default=') && !entry) {
      // The last one that is not in a function: conditions are not weighed, and the plain one comes behind them.
      if (!open.some(({ kind }) => kind === 'other')) preset = rest[0].slice('default='.length)
    } else if (entry && (FIRST.test(command) || MODULE.test(command))) {
      const [image, ...options] = rest.slice(rest.findIndex(word => !word.startsWith('--')))
      if (image !== undefined) take(entry, command, { line, text: raw, image, words: options })
    }
  }
  return { entries, preset, templates: [] }
}

/** What `set` gives its variables; of several the last. Conditions are not weighed. */
export function grubVariables(text: string): Map<string, string> {
  const variables = new Map<string, string>()
  for (const { words } of grubCommands(text)) {
    const [, name, value] = words[0] === 'set' ? (/^(\w+)=(.*)$/s.exec(words[1] ?? '') ?? []) : []
    if (name !== undefined) variables.set(name, value!)
  }
  return variables
}

interface GrubCommand {
  readonly line: number
  readonly text: string
  readonly words: readonly string[]
}

/** Commands of the script with their words; `;` and the end of a line separate them, quotes keep words together. */
function* grubCommands(text: string): Generator<GrubCommand> {
  const lines = linesOf(text)
  let words: string[] = []
  let word: string | undefined
  let quote = ''
  let line = 1
  let begun = 1
  for (; line <= lines.length; line++) {
    const raw = lines[line - 1]!
    if (words.length === 0 && word === undefined) begun = line
    let continued = false
    for (let i = 0; i < raw.length; i++) {
      const char = raw[i]!
      if (quote !== '') {
        if (char === quote) quote = ''
        else if (char === '\\' && quote === '"' && i + 1 < raw.length) word += raw[++i]!
        else word += char
      } else if (char === '\\') {
        if (i + 1 === raw.length) continued = true
        else word = (word ?? '') + raw[++i]!
      } else if (char === '"' || char === "'") {
        quote = char
        word ??= ''
      } else if (char === '#' && word === undefined) break
      else if (/\s/.test(char) || char === ';') {
        if (word !== undefined) words.push(word)
        word = undefined
        if (char === ';' && words.length > 0) {
          yield { line: begun, text: raw.trim(), words }
          words = []
        }
      } else word = (word ?? '') + char
    }
    if (quote !== '') word += '\n'
    else if (!continued) {
      if (word !== undefined) words.push(word)
      word = undefined
      if (words.length > 0) yield { line: begun, text: lines[begun - 1]!.trim(), words }
      words = []
    }
  }
  if (word !== undefined) words.push(word)
  if (words.length > 0) yield { line: begun, text: lines[begun - 1]!.trim(), words }
}

/** One file of loader/entries; its name without `.conf` is the id. `options` may stand several times. */
export function parseLoaderEntry(text: string, id: string): MenuEntry {
  let title = ''
  let version = ''
  let linux: { line: number; image: string } | undefined
  let options: { line: number; text: string; words: readonly string[] } | undefined
  for (const { line, content } of joinedLines(text)) {
    const [, key, value] = /^([\w-]+)\s+(.*)$/.exec(content) ?? []
    if (key === 'title') title = value!
    else if (key === 'version') version = value!
    else if (key === 'linux') linux = { line, image: value! }
    else if (key === 'options') {
      const words = value!.split(/\s+/).filter(Boolean)
      options = options ? { ...options, words: [...options.words, ...words] } : { line, text: content, words }
    }
  }
  return {
    line: 1,
    title: title || version || id,
    id,
    within: [],
    place: 0,
    hypervisor: undefined,
    // Where options stand, because they are what is looked for.
    kernel: linux && {
      line: options?.line ?? linux.line,
      text: options?.text ?? linux.image,
      image: linux.image,
      words: options?.words ?? [],
    },
  }
}

/** Is this the entry that starts when nobody chooses? `preset` and `saved` are from the menu and from grubenv. */
export function isPreset(
  { preset, entries }: Pick<Menu, 'preset' | 'entries'>,
  entry: MenuEntry,
  saved: string | undefined,
): boolean | undefined {
  const follows = preset === 'saved' || /^\$\{?saved_entry\}?$/.test(preset ?? '')
  const named = follows ? saved : (preset ?? '0')
  if (named === undefined) return undefined
  if (named === '') return entries[0] === entry
  if (/\$/.test(named)) return undefined
  const steps = named.split('>')
  const own = steps.at(-1)!
  if (steps.length - 1 !== entry.within.length) {
    // A title alone also finds an entry inside a menu.
    return steps.length === 1 && (own === entry.id || own === entry.title)
  }
  return own === entry.id || own === entry.title || own === String(entry.place)
}
