/**
 * `ntpq -p`, of ntpd and of NTPsec (which writes units with -u, and its number of NTS cookies for the type). The first
 * character says what the daemon thinks of the source; offsets are in milliseconds and have the sign of the house.
 */
import { type Said, said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const HEAD = /^ +remote +(?:refid|local) +(?:assid +)?st t when poll reach +delay +offset +(?:jitter|disp)/
const RULE = /^={40,}$/
/** ntpq of 4.2.6 prints seven letters of each, which may end with the point. */
const NUMBER = /(-?\d+(?:\.\d*)?(?:e-?\d+)?)(ns|us|ms|s|\xb5s|\xc2\xb5s)?/.source
const ROW = new RegExp(
  `^([ x.+#*o-])(\\S{1,80}) +(\\S{1,40}) +(?:\\d+ +)?(\\d{1,2}) ([lubBmMsSAp0-8-]) +(?:-|\\d+[mhdy]?) +\\d+[mhdy]? +([0-7]{1,3}) +${NUMBER} +${NUMBER} +${NUMBER}$`,
)
/** Six polls that were answered, one after the other: it is no start any more. */
const SETTLED = 0o77
const UNITS: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 }

export const ntpqPeers = reportFormat({
  name: 'ntpq -p',
  daemon: 'ntpd',
  first: ' x.+#*o-=',
  open: () => text => {
    const row = ROW.exec(text.trimEnd())
    if (!row) return HEAD.test(text) || RULE.test(text) ? [] : undefined
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
  },
})

const unitOf = (unit: string | undefined): number =>
  unit === undefined ? 1e-3 : (UNITS[unit.replace(/^\xc2?\xb5/, 'u')] ?? 1e-3)
