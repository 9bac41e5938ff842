/**
 * How a distribution makes the menu of GRUB 2 anew from its settings (/etc/default/grub). Red Hat's family from its eighth release
 * on has entries of their own for the boot loader (Boot Loader Specification), which grub2-mkconfig leaves as they are: there grubby(8)
 * changes the words of the kernels that are there.
 */
import type { Distribution } from '#core/guest/inventory.ts'
import { changeByGrubby } from './grubby.ts'

/** The first release of each whose entries are files of their own. */
const WITH_ENTRIES: Readonly<Record<string, number>> = {
  rhel: 8,
  centos: 8,
  rocky: 8,
  almalinux: 8,
  ol: 8,
  fedora: 30,
  amzn: 2023,
}
const BY_UPDATE_GRUB = /^(?:debian|ubuntu|linuxmint|raspbian|kali|pop|devuan|proxmox)$/
const BY_GRUB2_MKCONFIG = /^(?:sles|sled|sle|opensuse|scientific)/

/** `before` and `after`: the words of the kernels, as the settings had them and as they have them now. */
export function makeMenuAnew(
  distribution: Distribution | undefined,
  before: readonly string[],
  after: readonly string[],
): string[] {
  const { id = '', version } = distribution ?? {}
  const major = Number.parseInt(version ?? '', 10)
  if (major >= (WITH_ENTRIES[id] ?? Number.POSITIVE_INFINITY)) return changeByGrubby(before, after)
  if (BY_UPDATE_GRUB.test(id)) return ['update-grub']
  if (BY_GRUB2_MKCONFIG.test(id)) return ['grub2-mkconfig -o /boot/grub2/grub.cfg']
  if (Object.hasOwn(WITH_ENTRIES, id))
    return [
      `grub2-mkconfig -o /boot/grub2/grub.cfg   (with UEFI: /boot/efi/EFI/${FOLDER[id] ?? id}/grub.cfg)`,
    ]
  return ['update-grub   (or: grub2-mkconfig -o /boot/grub2/grub.cfg)']
}

const FOLDER: Readonly<Record<string, string>> = { rhel: 'redhat', ol: 'redhat', amzn: 'amzn' }
