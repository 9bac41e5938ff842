/**
 * The settings of GRUB are read when its menu is made, and at no start of the machine. Where the menu is there, too, its lines are edited
 * with them; where it was not seen, somebody has to make it anew, else the change of the settings has no effect.
 */
import type { Inventory } from '#core/guest/inventory.ts'
import { parseEnvironment } from '#dialects/linux/environment-file.ts'
import { makeMenuAnew } from '#dialects/linux/grub-menu.ts'
import { type Advice, distinct, type FileChange, type Step } from './step.ts'

export function remakeMenu(
  steps: readonly (Step & { readonly change: FileChange })[],
  { boot, kernel }: Inventory,
): Advice[] {
  const settings = steps.filter(({ change }) => SETTINGS.test(change.path))
  if (settings.length === 0 || boot.entries.length > 0) return []
  const [before, after] = [
    settings.flatMap(({ change }) => wordsIn(change.before)),
    settings.flatMap(({ change }) => wordsIn(change.after)),
  ]
  return [
    {
      title: 'Make the menu of GRUB anew',
      reasons: distinct(settings.flatMap(({ reasons }) => reasons)),
      where: 'after its settings were changed: the next start reads the menu, and not them',
      lines: makeMenuAnew(kernel.distribution?.value, before, after),
    },
  ]
}

const SETTINGS = /^\/etc\/default\/grub(?:\.d\/|$)/

const wordsIn = (text = ''): string[] =>
  parseEnvironment(text, 'shell')
    .assigned.filter(({ name }) => /^GRUB_CMDLINE_(?:LINUX|XEN)/.test(name))
    .flatMap(({ value }) => value.split(/\s+/))
    .filter(word => word !== '')
