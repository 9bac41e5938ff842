/** The logs in which programs say what they do to the clock: files of syslog, and what a sosreport printed of the journal. */
import type { Files } from '#core/guest/files.ts'
import { PROGRAM_LOGS } from './messages.ts'

const LOGS: readonly string[] = [
  ...PROGRAM_LOGS,
  '/var/log/ntp',
  '/sos_commands/logs/journalctl_--no-pager_--catalog_--boot',
  '/sos_commands/logs/journalctl_--no-pager_--boot',
  '/sos_commands/logs/journalctl_--no-pager',
]

/** sos' plugins print the journal of their own unit, too. */
const PLUGINS = ['chrony', 'ntp', 'systemd', 'logs'].map(name => `/sos_commands/${name}`)
const OF_UNIT =
  /^journalctl_--no-pager(?:_--\w+)*_--unit_(?:chronyd?|ntpd?|ntpsec|systemd-timesyncd)(?:\.service)?$/

export const systemLogs = (files: Files): string[] => [
  ...LOGS,
  ...PLUGINS.flatMap(folder =>
    files
      .names(folder)
      .filter(name => OF_UNIT.test(name))
      .map(name => `${folder}/${name}`),
  ),
]
