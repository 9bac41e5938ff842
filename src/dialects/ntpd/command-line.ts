/**
 * Where distributions keep the options of ntpd: `OPTIONS="-g -x"` (/etc/sysconfig/ntpd), `NTPD_OPTS='-g'`
 * (/etc/default/ntp). Of them -x matters here: it forbids steps below 600 s. chronyd's own OPTIONS look the same, and its -x
 * is another thing; -g is ntpd's alone.
 */
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'
import { parseOptions } from './options.ts'

const LINE = /^\s*(NTPD_OPTS|OPTIONS)=(["']?)([^"'`$=]{0,300})\2\s*$/

export const commandLine = reportFormat({
  name: 'ntpd options',
  daemon: 'other',
  first: ' \tNO',
  open: () => text => {
    const match = LINE.exec(text)
    if (!match || !/^(?:-|$)/.test(match[3]!.trim())) return undefined
    const { slew, allowPanic } = parseOptions(match[3]!.split(/\s+/).filter(Boolean))
    return slew && (allowPanic || match[1] === 'NTPD_OPTS') ? [said('slew-only')] : []
  },
})
