/**
 * /etc/default/ntpsec, or ntp, which Debian's ntp-systemd-wrapper and script of SysV read as a shell does before they start ntpd. Of its
 * settings one matters here: whether ntpd is to run with the servers that DHCP offered.
 */
import { assignedTo, parseEnvironment } from '../linux/environment-file.ts'

export const ignoresDhcp = (text: string): boolean =>
  assignedTo(parseEnvironment(text, 'shell'), 'IGNORE_DHCP')?.value === 'yes'
