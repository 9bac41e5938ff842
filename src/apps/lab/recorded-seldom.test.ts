/**
 * Logs of a chronyd that asks one source each 16 s and two others each 17 min, whose clock somebody sets back: it is put right before the
 * others are asked, so that one source alone has shown it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readRecording } from './recording.ts'

const folder = mkdtempSync(join(tmpdir(), 'clockwright-recorded-'))
afterAll(() => rmSync(folder, { recursive: true }))

const AT = 21_811
const BACK = 60
const [OFTEN, SELDOM] = [16, 1024]
/** Three measurements later chronyd has put it right. */
const RIGHT = AT + 3 * OFTEN

const stamp = (at: number) =>
  new Date(Date.UTC(2027, 2, 1) + Math.floor(at) * 1e3).toISOString().slice(0, 19).replace('T', ' ')
const noise = (at: number) => 5e-6 * Math.sin(at)

function measured(at: number, server: number, poll: number): string {
  const behind = at >= AT && at <= RIGHT ? BACK : 0
  const offset = (behind + noise(at)).toExponential(3).padStart(10)
  return `${stamp(at - behind)} 192.0.2.${server}       N  1 111 111 1111 ${String(poll).padStart(2)} ${String(poll).padStart(2)} 1.00 ${offset}  2.000e-04  2.000e-07  0.000e+00  0.000e+00 7F7F0101 4B K K`
}

const tracked = (at: number, offset: number, remaining: number) =>
  `${stamp(at)} 192.0.2.1        2     12.002      0.009 ${offset.toExponential(3).padStart(10)} N  1  1.300e-06  ${remaining.toExponential(3)}  2.000e-04  3.000e-06  1.200e-04`

test('what one source alone could show is the guest’s where the others come to say the same', async () => {
  const often = Array.from({ length: 40_000 / OFTEN }, (_, i) => i * OFTEN + 3)
  const seldom = Array.from({ length: 40_000 / SELDOM }, (_, i) => i * SELDOM)
  const rows = [
    ...often.map(at => ({ at, server: 1, poll: 4 })),
    ...[2, 3].flatMap(server =>
      [...seldom, RIGHT + OFTEN].map(at => ({ at: at + server, server, poll: 10 })),
    ),
  ].sort((a, b) => a.at - b.at)
  const put = often.find(at => at > RIGHT - OFTEN)!
  const tracking = often.map(at =>
    at === put ? tracked(at - BACK, -BACK, 0) : tracked(at, -noise(at) / 10, at > put ? 1e-6 : 0),
  )
  const unheard = `${stamp(AT - BACK)} 0.0.0.0          0     12.004      0.009  0.000e+00 ?  0  0.000e+00  4.963e-24  2.089e-04  1.790e-05  1.224e-04`
  const before = tracking.slice(0, often.filter(at => at < AT).length)
  const head = (columns: string) => ['='.repeat(80), columns, '='.repeat(80)]
  writeFileSync(
    join(folder, 'measurements.log'),
    [
      ...head(
        '   Date (UTC) Time     IP Address   L St 123 567 ABCD  LP RP Score    Offset  Peer del. Peer disp.  Root del. Root disp. Refid     MTxRx',
      ),
      ...rows.map(({ at, server, poll }) => measured(at, server, poll)),
      '',
    ].join('\n'),
  )
  writeFileSync(
    join(folder, 'tracking.log'),
    [
      ...head(
        '   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr. Root delay Root disp. Max. error',
      ),
      ...before,
      unheard,
      // While one source alone says otherwise nothing is followed.
      ...tracking.slice(often.indexOf(put)),
      '',
    ].join('\n'),
  )
  const { scenario } = await readRecording([folder])
  expect(scenario.event).toMatchObject([{ kind: 'step', by: expect.closeTo(-BACK, 2) }])
  expect(Math.abs(scenario.event[0]!.at - AT)).toBeLessThan(OFTEN)
})
