/**
 * `ntpq -c rv`: the system variables, or those of one source, `name=value` separated by commas over several lines, after one that
 * decodes the status word. `flash` says why a source is refused (RFC 5905's tests; ntp.h of 4.2.8). Times are in milliseconds; the offset has the sign of the house.
 */
import { PPM } from '#core/time/units.ts'
import { type Said, said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const STATUS = /^associd=(\d+) status=[0-9a-f]{4} (leap_\w+|\w+), (\w+), .{0,200}$/
const VARIABLE = /^(\w{1,40})=("[^"]*"|[^,]*)(?:, *|$)/
const KNOWN =
  /^(?:version|processor|system|leap|stratum|precision|rootdelay|rootdisp|rootdist|refid|reftime|clock|peer|tc|mintc|offset|frequency|sys_jitter|clk_jitter|clk_wander|tai|leapsec|expire|leapsmearinterval|leapsmearoffset|mintc)=/

/** Heard, and not believed. */
const REJECTED = / reach, sel_reject,/
const OF_SOURCE =
  /^(?:srcadr|srchost|srcport|dstadr|dstport|leap|stratum|precision|root\w+|refid|reftime|rec|xmt|reach|unreach|hmode|pmode|[hp]poll|headway|flash|keyid|offset|delay|dispersion|jitter|xleave|ttl|timer|bias|filt\w+)=/

export const ntpqVariables = reportFormat({
  name: 'ntpq rv',
  daemon: 'ntpd',
  first: 'aabcdefghijklmnoprstuvwx',
  open() {
    let read: ((text: string) => readonly Said[] | undefined) | undefined
    return text => {
      const status = STATUS.exec(text)
      if (!status) return read?.(text)
      const system = status[1] === '0'
      read = system ? ofSystem : ofSource(REJECTED.test(text))
      return system ? [said(status[2] === 'leap_alarm' ? 'unsynchronised' : 'synchronised')] : []
    }
  },
})

const ofSystem = (text: string): readonly Said[] | undefined =>
  KNOWN.test(text) ? [...variablesIn(text)].flatMap(saidOfSystem) : undefined

function saidOfSystem([name, value]: readonly [string, string]): Said[] {
  if (name === 'version') return [said('version')]
  if (name === 'stratum' && Number(value) < 16) return [said('stratum-now', { size: Number(value) })]
  if (name === 'rootdisp') return [said('dispersion-now', { size: Number(value) * 1e-3 })]
  if (name === 'frequency') return [said('frequency-now', { size: Number(value) * PPM })]
  if (name === 'offset') return [said('offset-now', { size: Number(value) * 1e-3 })]
  if (name === 'refid' && /^[\d.]+$/.test(value)) return [said('selected', { source: value })]
  return []
}

/** The variables of one association: who it is comes first, how far its root is before the reason why it is refused. */
function ofSource(rejected: boolean): (text: string) => readonly Said[] | undefined {
  let source: string | undefined
  let distance = 0
  return text => {
    if (!OF_SOURCE.test(text)) return undefined
    return [...variablesIn(text)].flatMap(([name, value]) => {
      if (name === 'srcadr') {
        source = value
        return rejected ? [said('rejected', { source })] : []
      }
      if (name === 'rootdelay') distance += (Number(value) * 1e-3) / 2
      if (name === 'rootdisp') distance += Number(value) * 1e-3
      if (name === 'offset' && source) return [said('offset-now', { size: Number(value) * 1e-3, source })]
      return name === 'flash' && / peer_dist/.test(value)
        ? [said('too-distant', { size: distance, source })]
        : []
    })
  }
}

function* variablesIn(text: string): Generator<readonly [string, string]> {
  let rest = text
  for (let match = VARIABLE.exec(rest); match && match[0] !== ''; match = VARIABLE.exec(rest)) {
    const [whole, name, value] = match as unknown as [string, string, string]
    yield [name, value]
    rest = rest.slice(whole.length)
  }
}
