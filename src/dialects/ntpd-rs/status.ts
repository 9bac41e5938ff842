/**
 * `ntp-ctl status` of ntpd-rs: the state of the system, then each source with offset and delay, on one line
 * (`name/address (1): +0.000024±0.000137(±0.016886)s`) or on several. Many sources may bear the name of one pool, so they are
 * told by their addresses. Its offsets have the sign of the house.
 */
import { said } from '../log/said.ts'
import { withoutPort } from '../log/source-table.ts'
import { reportFormat } from '../report.ts'

const HEAD = /^(?:Synchronization status|Sources|Servers):$/
const STRATUM = /^ *Stratum: (\d{1,2})$/
const SOURCE =
  /^\S{1,255}\/(\S{1,80})(?: \S{1,80})?(?: \[NTS\])? \(\S{1,40}\):?(?: ([+-]\d+\.\d+)\D{1,2}\d+\.\d+\(\D{1,2}\d+\.\d+\)s)?$/
const OFFSET = /^ *(?:Offset: )?([+-]\d+\.\d+)(?:s|\b)/
const KNOWN =
  /^ *(?:Dispersion|Delay|Offset|Uncertainty|(?:Desired )?poll ?interval|Missing polls|Root dispersion|Root delay|NTS cookies|Last update|Leap indicator)\b/i
const SILENT =
  /^(?:\d+ sources? still in startup|\S{1,80}: received \d+, accepted \d+, errors \d+| +denied \d+, rate limited \d+, ignored \d+)$/

export const ntpdRsStatus = reportFormat({
  name: 'ntp-ctl status',
  daemon: 'other',
  open() {
    let inside = false
    let source: string | undefined
    return text => {
      if (HEAD.test(text)) {
        inside = true
        source = undefined
        return []
      }
      if (!inside) return undefined
      const stratum = STRATUM.exec(text)
      if (stratum) return [said('stratum-now', { size: Number(stratum[1]) })]
      const named = SOURCE.exec(text)
      if (named) {
        source = withoutPort(named[1]!)
        return named[2] === undefined ? [] : [said('offset-now', { size: Number(named[2]), source })]
      }
      if (SILENT.test(text)) return []
      if (!KNOWN.test(text)) {
        inside = false
        return undefined
      }
      const offset = source === undefined ? null : OFFSET.exec(text)
      return offset ? [said('offset-now', { size: Number(offset[1]), source })] : []
    }
  },
})
