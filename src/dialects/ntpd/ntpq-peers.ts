/**
 * `ntpq -p`, of ntpd and of NTPsec (which writes units with -u, and its number of NTS cookies for the type). The first
 * character says what the daemon thinks of the source; offsets are in milliseconds and have the sign of the house.
 */
import { type Said, said } from '../log/said.ts'
import { reportFormat } from '../report.ts'
import { SETTLED } from '../settled.ts'

const HEAD = /^ +remote +(?:refid|local) +(?:assid +)?st t when poll reach +delay +offset +(?:jitter|disp)/
const RULE = /^={40,}$/
/** ntpq of 4.2.6 prints seven letters of each, which may end with the point. */
const NUMBER = /(-?\d+(?:\.\d*)?(?:e-?\d+)?)(ns|us|ms|s|\xb5s|\xc2\xb5s)?/.source
const ROW = new RegExp(
  `^([ x.+#*o-])(\\S{1,80}) +(\\S{1,40}) +(?:\\d+ +)?(\\d{1,2}) ([lubBmMsSAp0-8-]) +(?:-|\\d+[mhdy]?) +\\d+[mhdy]? +([0-7]{1,3}) +${NUMBER} +${NUMBER} +${NUMBER}$`,
)
/** Too long for its column of fifteen. */
const NAME = /^[ x.+#*o-]\S{16,80}$/
const UNITS: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 }

export const ntpqPeers = reportFormat({
  name: 'ntpq -p',
  daemon: 'ntpd',
  first: ' x.+#*o-=',
  open() {
    /** A long name has a line of its own, and the rest follows on the next (`-w`). */
    let name: string | undefined
    return (text, reclaim) => {
      const line = text.trimEnd()
      const row = ROW.exec(line) ?? (name === undefined ? null : ROW.exec(`${name} ${line.trimStart()}`))
      if (row && name !== undefined && !ROW.test(line)) reclaim()
      name = !row && NAME.test(line) ? line : undefined
      if (row) return saidOf(row)
      return HEAD.test(text) || RULE.test(text) ? [] : undefined
    }
  },
})

function saidOf(row: RegExpExecArray): readonly Said[] {
  const [, tally, source, , stratum, , reach] = row as unknown as string[]
  const heard = Number.parseInt(reach!, 8) > 0
  const all: Said[] = [said('stratum-now', { size: Number(stratum), source })]
  if (heard) all.push(said('offset-now', { size: Number(row[9]) * unitOf(row[10]), source }))
  else all.push(said('unreachable', { source }))
  if (tally === '*' || tally === 'o') all.push(said('selected', { source }))
  if (tally === ' ' && (Number.parseInt(reach!, 8) & SETTLED) === SETTLED)
    all.push(said('rejected', { source }))
  if (tally === 'x') all.push(said('falseticker', { source }))
  return all
}

const unitOf = (unit: string | undefined): number =>
  unit === undefined ? 1e-3 : (UNITS[unit.replace(/^\xc2?\xb5/, 'u')] ?? 1e-3)
