import { expect, test } from 'vitest'
import { makeMenuAnew } from './grub-menu.ts'

test.each([
  ['debian', '12', 'update-grub'],
  ['ubuntu', '22.04', 'update-grub'],
  ['sles', '15.4', 'grub2-mkconfig -o /boot/grub2/grub.cfg'],
  ['opensuse-leap', '15.5', 'grub2-mkconfig -o /boot/grub2/grub.cfg'],
  ['centos', '7', 'grub2-mkconfig -o /boot/grub2/grub.cfg   (with UEFI: /boot/efi/EFI/centos/grub.cfg)'],
  ['rhel', '7.9', 'grub2-mkconfig -o /boot/grub2/grub.cfg   (with UEFI: /boot/efi/EFI/redhat/grub.cfg)'],
  ['rhel', '8.6', 'grubby --update-kernel=ALL --remove-args="notsc"'],
  ['amzn', '2023', 'grubby --update-kernel=ALL --remove-args="notsc"'],
  ['arch', undefined, 'update-grub   (or: grub2-mkconfig -o /boot/grub2/grub.cfg)'],
])('%s %s', (id, version, line) => {
  expect(makeMenuAnew({ id, version, name: id }, ['ro', 'notsc'], ['ro'])).toEqual([line])
})
