/** Scripts for what a machine's owner wants done at its start: each distribution's rc.local. They are run when all else is up. */
import type { Files } from '#core/guest/files.ts'

/** Debian, Red Hat, SUSE. */
const AT_BOOT = ['/etc/rc.local', '/etc/rc.d/rc.local', '/etc/init.d/boot.local', '/etc/init.d/after.local']

/** Red Hat's /etc/rc.local is a link to the one below rc.d. */
export const scriptsAtBoot = (files: Files): string[] =>
  AT_BOOT.filter(path => !/(?:^|\/)rc\.d\/rc\.local$/.test(files.link(path) ?? ''))
