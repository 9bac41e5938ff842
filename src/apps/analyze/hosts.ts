/**
 * Whose logs they are: files in folders that only tell a place in a file system (var/log/ntpstats) belong to what stands
 * above those, and so does all that lies anywhere below what a report gathers (sos_commands/kernel); each such place is a host. Where
 * only one is found it is named after it, or after the whole.
 */
const GATHERED = 'sos_commands'
const PLACES = new Set([
  'var',
  'log',
  'lib',
  'run',
  'ntp',
  'ntpstats',
  'ntpsec',
  'ntpd',
  'chrony',
  'chronyd',
  'journal',
  'logs',
  'stats',
  'old',
  'archive',
  'etc',
  'sysconfig',
  'default',
  'systemd',
])

/** The folders without those at their end that any machine has. */
export function hostOf(folders: readonly string[]): readonly string[] {
  const gathered = folders.indexOf(GATHERED)
  let end = gathered < 0 ? folders.length : gathered
  while (end > 0 && PLACES.has(folders[end - 1]!)) end--
  return folders.slice(0, end)
}

/** Short names for hosts: what they do not share. */
export function hostNames(keys: readonly (readonly string[])[], whole: string): string[] {
  if (keys.length < 2) return keys.map(key => key.at(-1) ?? whole)
  let shared = 0
  while (keys.every(key => key.length > shared && key[shared] === keys[0]![shared])) shared++
  return keys.map(key => key.slice(shared).join('/') || whole)
}
