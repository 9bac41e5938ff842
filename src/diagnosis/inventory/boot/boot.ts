/**
 * What the machine will be started with: the entries of its boot loader, which of them is taken when nobody chooses, and the
 * settings from which distributions make entries.
 */
import type { Files } from '#core/guest/files.ts'
import type { BootDefault, BootEntry, BootFacts, BootLine } from '#core/guest/inventory.ts'
import { expandPattern } from '#dialects/find-files.ts'
import { assignedTo, parseEnvironment } from '#dialects/linux/environment-file.ts'
import {
  grubVariables,
  type ImageLine,
  isPreset,
  type MenuEntry,
  parseGrub2,
  parseGrubLegacy,
  parseLoaderEntry,
} from '#dialects/linux/grub.ts'
import { at } from '../place.ts'

const LEGACY = ['/boot/grub/grub.conf', '/boot/grub/menu.lst', '/etc/grub.conf']
const GRUB2 = ['/boot/grub2/grub.cfg', '/boot/grub/grub.cfg', '/boot/efi/EFI/*/grub.cfg']
const LOADER_ENTRIES = ['/boot/loader/entries/*.conf', '/efi/loader/entries/*.conf']
const MOST_FILES = 64

export function findBoot(files: Files): BootFacts {
  const legacy = readFirst(files, LEGACY)
  const templates = legacy ? parseGrubLegacy(legacy.text).templates : []
  const environment = findEnvironment(files)
  return {
    entries: [...(legacy ? legacyEntries(legacy) : []), ...grub2Entries(files)],
    defaults: [
      ...templates.map(({ name, words, line, text }) => ({
        name,
        words,
        evidence: at(legacy!.path, text, line),
      })),
      ...findDefaults(files),
    ],
    ...(environment && { environment }),
  }
}

const GRUBENV = ['/boot/grub2/grubenv', '/boot/grub/grubenv']
/** Red Hat's 8 has all options in the first, and tuned keeps those of its profile in the second (its 00_tuned). */
const OPTIONS = ['kernelopts', 'tuned_params']

/** Only where an entry is started with it. */
function findEnvironment(files: Files): BootDefault | undefined {
  const words = loaderEntries(files).flatMap(({ entry }) => entry.kernel?.words ?? [])
  for (const name of OPTIONS.filter(each => words.some(word => variableOf(word) === each))) {
    for (const path of GRUBENV) {
      const read = files.read(path)
      const assigned =
        read.kind === 'read' ? assignedTo(parseEnvironment(read.text, 'systemd'), name) : undefined
      if (assigned && assigned.value.trim() !== '')
        return {
          name,
          words: assigned.value.split(/\s+/).filter(each => each !== ''),
          evidence: at(path, assigned.text, assigned.line),
        }
    }
  }
  return undefined
}

const loaderEntries = (files: Files): { readonly path: string; readonly entry: MenuEntry }[] =>
  LOADER_ENTRIES.flatMap(pattern => expandPattern(files, pattern, MOST_FILES).paths).flatMap(path => {
    const read = files.read(path)
    if (read.kind !== 'read') return []
    const id = path.replace(/^.*\//, '').replace(/\.conf$/, '')
    return [{ path, entry: parseLoaderEntry(read.text, id) }]
  })

interface Read {
  readonly path: string
  readonly text: string
}

function readFirst(files: Files, patterns: readonly string[]): Read | undefined {
  for (const path of patterns.flatMap(pattern => expandPattern(files, pattern, MOST_FILES).paths)) {
    const read = files.read(path)
    if (read.kind === 'read' && read.text.trim() !== '') return { path, text: read.text }
  }
  return undefined
}

function legacyEntries({ path, text }: Read): BootEntry[] {
  const menu = parseGrubLegacy(text)
  return menu.entries.map(entry =>
    entryOf(entry, 'grub-legacy', path, isPreset(menu, entry, undefined), new Map()),
  )
}

function grub2Entries(files: Files): BootEntry[] {
  const script = readFirst(files, GRUB2)
  // A menu sets these where grubenv does not.
  const variables = new Map(
    script ? [...grubVariables(script.text)].filter(([name]) => OPTIONS.includes(name)) : [],
  )
  for (const name of GRUBENV) {
    const text = files.text(name)
    for (const each of text ? parseEnvironment(text, 'systemd').assigned : [])
      variables.set(each.name, each.value)
  }
  const saved = variables.get('saved_entry')
  const menu = script && parseGrub2(script.text)
  const loader = loaderEntries(files)
  const followsSaved = menu === undefined || /saved_entry|^saved$/.test(menu.preset ?? 'saved')
  return [
    ...(menu?.entries ?? []).map(entry =>
      entryOf(entry, 'grub2', script!.path, isPreset(menu!, entry, saved), variables),
    ),
    ...loader.map(({ path, entry }) => {
      const preset = followsSaved && saved !== undefined && saved !== '' ? saved === entry.id : undefined
      return entryOf(entry, 'loader-entry', path, preset, variables)
    }),
  ]
}

function entryOf(
  entry: MenuEntry,
  loader: BootEntry['loader'],
  path: string,
  isDefault: boolean | undefined,
  variables: ReadonlyMap<string, string>,
): BootEntry {
  const line = (image: ImageLine | undefined): BootLine | undefined =>
    image && {
      image: image.image,
      words: image.words.flatMap(word => expandWord(word, variables)),
      evidence: at(path, image.text, image.line),
    }
  return {
    title: entry.title,
    loader,
    isDefault,
    hypervisor: line(entry.hypervisor),
    kernel: line(entry.kernel),
  }
}

/** `$kernelopts` stands for many words, which lie in grubenv; what is not there stays as it is. */
function expandWord(word: string, variables: ReadonlyMap<string, string>): string[] {
  const name = variableOf(word)
  const value = name === undefined ? undefined : variables.get(name)
  return value === undefined ? [word] : value.split(/\s+/).filter(each => each !== '')
}

const variableOf = (word: string): string | undefined => /^\$\{?(\w+)\}?$/.exec(word)?.[1]

/** GRUB 2's settings, and those of SUSE's bootloader for both generations. */
const SETTINGS = /^\uFEFF?(?:GRUB_CMDLINE_\w+|DEFAULT_APPEND|XEN_APPEND|XEN_KERNEL_APPEND)$/
const SETTING_FILES = ['/etc/default/grub', '/etc/default/grub.d/*.cfg', '/etc/sysconfig/bootloader']
const KERNEL_COMMAND_LINE = '/etc/kernel/cmdline'

function findDefaults(files: Files): BootDefault[] {
  const defaults = new Map<string, BootDefault>()
  const known = new Map<string, string>()
  for (const path of SETTING_FILES.flatMap(pattern => expandPattern(files, pattern, MOST_FILES).paths)) {
    const read = files.read(path)
    if (read.kind !== 'read') continue
    const environment = parseEnvironment(read.text, 'shell', known)
    for (const { name } of environment.assigned) {
      const { value, text, line } = assignedTo(environment, name)!
      known.set(name, value)
      if (!SETTINGS.test(name)) continue
      const words = value.split(/\s+/).filter(each => each !== '')
      defaults.set(name, { name, words, evidence: at(path, text, line) })
    }
  }
  const commandLine = files.text(KERNEL_COMMAND_LINE)
  if (commandLine)
    defaults.set('cmdline', {
      name: 'cmdline',
      words: commandLine.split(/\s+/),
      evidence: at(KERNEL_COMMAND_LINE, commandLine),
    })
  return [...defaults.values()]
}
