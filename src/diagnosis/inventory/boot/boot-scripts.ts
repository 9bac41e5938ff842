/**
 * Scripts for what a machine's owner wants done at its start: each distribution's rc.local. They are run when all else is up, and
 * by systemd only while they are executable (rc-local.service(8)). Red Hat brings an empty one that is not, from its seventh on.
 */
import type { Files } from '#core/guest/files.ts'
import { READINGS } from '../copy/readings.ts'
import { hasOtherInit, hasSystemd } from '../machine/init.ts'
import { findLine } from '../place.ts'

/** Debian, Red Hat, SUSE. */
const AT_BOOT = ['/etc/rc.local', '/etc/rc.d/rc.local', '/etc/init.d/boot.local', '/etc/init.d/after.local']

/** Red Hat's /etc/rc.local is a link to the one below rc.d. */
export const scriptsAtBoot = (files: Files): string[] =>
  AT_BOOT.filter(path => !/(?:^|\/)rc\.d\/rc\.local$/.test(files.link(path) ?? '')).filter(
    path => files.executable(path) !== false || !needsToBeExecutable(files),
  )

/** SysV init looks at that, too, but of a copy of so old a machine nobody knows by what it was carried here. */
const needsToBeExecutable = (files: Files): boolean =>
  tellsWhatRuns(files) || (hasSystemd(files) && !hasOtherInit(files) && (saysSo(files) || keepsModes(files)))

/** The machine itself does, and what `clockwright collect` wrote of one. */
export const tellsWhatRuns = (files: Files): boolean => files.own || files.exists(READINGS)

const UNITS = ['/etc', '/run', '/usr/lib', '/lib'].map(folder => `${folder}/systemd/system/rc-local.service`)

const saysSo = (files: Files): boolean =>
  findLine(files, UNITS, /^ConditionFileIsExecutable\s*=\s*\/etc\//) !== undefined

/** A copy that was carried by something that forgets it has no program that anybody may run. */
const PROGRAMS = [
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/etc/rc.d/init.d',
  '/etc/init.d',
  '/etc/cron.daily',
]
const ENOUGH = 16

export const keepsModes = (files: Files): boolean =>
  PROGRAMS.some(folder =>
    files
      .names(folder)
      .slice(0, ENOUGH)
      .some(name => files.executable(`${folder}/${name}`)),
  )
