/**
 * `ntp-ctl status` of ntpd-rs: the state of the system, then each source with offset and delay. Its offsets have the sign of
 * the house.
 */
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const HEAD = /^(?:Synchronization status|Sources|Servers):$/
const STRATUM = /^ *Stratum: (\d{1,2})$/
const SOURCE = /^(\S{1,255})\/(\S{1,80})(?: \S{1,80})?(?: \[NTS\])? \(\S{1,40}\):?$/
const OFFSET = /^ *(?:Offset: )?([+-]\d+\.\d+)(?:s|\b)/
const KNOWN =
  /^ *(?:Dispersion|Delay|Offset|Uncertainty|Desired poll interval|Poll interval|Missing polls|Root dispersion|Root delay|NTS cookies|Last update|Leap indicator)\b/

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
        source = named[1]
        return []
      }
      if (!KNOWN.test(text)) {
        inside = false
        return undefined
      }
      const offset = source === undefined ? null : OFFSET.exec(text)
      return offset ? [said('offset-now', { size: Number(offset[1]), source })] : []
    }
  },
})
