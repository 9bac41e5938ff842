/**
 * /etc/default/ntpsec, which Debian's ntp-systemd-wrapper reads as a shell does before it starts ntpd. Of its settings
 * one matters here: whether ntpd is to run with the servers that DHCP offered. Only plain assignments are understood.
 */
import { linesOf } from '../named-source.ts'

export function ignoresDhcp(text: string): boolean {
  const values = linesOf(text).flatMap(line => {
    const assigned = /^\s*(?:export\s+)?IGNORE_DHCP=(?:"([^"]*)"|'([^']*)'|([^\s#;'"]*))\s*(?:[#;]|$)/.exec(
      line,
    )
    return assigned ? [assigned[1] ?? assigned[2] ?? assigned[3]] : []
  })
  return values.at(-1) === 'yes'
}
