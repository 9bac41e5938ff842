/**
 * `ntpq -c rv`: the system variables, `name=value` separated by commas over several lines, after one that decodes the status
 * word. Times are in milliseconds; the offset has the sign of the house.
 */
import { type Said, said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const STATUS = /^associd=(\d+) status=[0-9a-f]{4} (leap_\w+|\w+), (\w+), .{0,200}$/
const VARIABLE = /^(\w{1,40})=("[^"]*"|[^,]*)(?:, *|$)/
const KNOWN =
  /^(?:version|processor|system|leap|stratum|precision|rootdelay|rootdisp|rootdist|refid|reftime|clock|peer|tc|mintc|offset|frequency|sys_jitter|clk_jitter|clk_wander|tai|leapsec|expire|leapsmearinterval|leapsmearoffset|mintc)=/

export const ntpqVariables = reportFormat({
  name: 'ntpq rv',
  daemon: 'ntpd',
  first: 'aabcdefghijklmnoprstuvw',
  open() {
    let system = false
    return text => {
      const status = STATUS.exec(text)
      if (status) {
        system = status[1] === '0'
        if (!system) return []
        return [said(status[2] === 'leap_alarm' ? 'unsynchronised' : 'synchronised')]
      }
      return system && KNOWN.test(text) ? variablesIn(text) : undefined
    }
  },
})

function variablesIn(text: string): readonly Said[] {
  const all: Said[] = []
  let rest = text
  for (let match = VARIABLE.exec(rest); match && match[0] !== ''; match = VARIABLE.exec(rest)) {
    const [whole, name, value] = match as unknown as [string, string, string]
    if (name === 'version') all.push(said('version'))
    if (name === 'stratum' && Number(value) < 16) all.push(said('stratum-now', { size: Number(value) }))
    if (name === 'offset') all.push(said('offset-now', { size: Number(value) * 1e-3 }))
    if (name === 'refid' && /^[\d.]+$/.test(value)) all.push(said('selected', { source: value }))
    rest = rest.slice(whole.length)
  }
  return all
}
