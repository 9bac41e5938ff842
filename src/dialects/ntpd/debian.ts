/**
 * /etc/default/ntpsec, which Debian's ntp-systemd-wrapper reads as a shell does before it starts ntpd. Of its settings
 * one matters here: whether ntpd is to run with the servers that DHCP offered.
 */
import { assignedTo, parseEnvironment } from '../linux/environment-file.ts'

export const ignoresDhcp = (text: string): boolean =>
  assignedTo(parseEnvironment(text, 'shell'), 'IGNORE_DHCP')?.value === 'yes'
