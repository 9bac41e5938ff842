/**
 * What OpenWrt's script `sysntpd` makes of the section `timeserver` in /etc/config/system: whether it starts ntpd of busybox at all,
 * and with which servers (package/utils/busybox/files/sysntpd).
 */
import type { Fact } from '#core/guest/inventory.ts'
import { isUciFalse, parseUci } from '#dialects/linux/uci.ts'
import { at, fact } from '../place.ts'

export const TIMESERVER = '/etc/config/system'

export interface Sysntpd {
  /** It is told to start nothing, whatever the links in /etc/rc.d say. */
  readonly off: Fact<boolean> | undefined
  readonly options: Fact<readonly string[]> | undefined
}

export function readSysntpd(text: string): Sysntpd {
  const lines = parseUci(text).filter(({ type, section }) => type === 'timeserver' && section === 'ntp')
  const last = (wanted: string) => lines.findLast(({ kind, name }) => kind === 'option' && name === wanted)
  const servers = lines.filter(({ kind, name }) => kind === 'list' && name === 'server')
  const enabled = last('enabled')
  const serves = last('enable_server')
  const listens = serves !== undefined && !isUciFalse(serves.value)
  return {
    off:
      enabled && isUciFalse(enabled.value)
        ? fact(false, at(TIMESERVER, enabled.text, enabled.line))
        : undefined,
    options:
      lines.length === 0
        ? undefined
        : fact(
            ['-n', '-N', ...(listens ? ['-l'] : []), ...servers.flatMap(({ value }) => ['-p', value])],
            ...[...(listens ? [serves] : []), ...servers].map(each => at(TIMESERVER, each.text, each.line)),
          ),
  }
}
