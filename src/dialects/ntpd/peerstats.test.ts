/** What a row of peerstats says, and what it does not. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

test('a filter without a sample, as where most packets are lost, has measured nothing', () => {
  const rows = [1, 2, 3, 4].flatMap(server =>
    Array.from({ length: 20 }, (_, i) => {
      const at = 64 * i + server
      // As ntpd 4.2.8 wrote it in clknetsim, with nine packets of ten lost.
      return i === 3 && server === 2
        ? `61557 ${at}.010 192.0.2.2 843a 0.000000000 0.000000000 11.939532669 0.000000119`
        : `61557 ${at}.010 192.0.2.${server} 963a ${server === 2 ? '-0.002720000' : '0.000100000'} 0.025380000 0.000963184 0.000025680`
    }),
  )
  const { findings, log } = explain(...rows)
  expect(findings.map(({ name }) => name)).not.toContain('falseticker')
  for (const { leastDelay } of log.censusOf('ntpd')!.sources()) expect(leastDelay).toBeCloseTo(0.02538, 5)
})

test('where nobody answered it repeats what it had: the outage is as long as it was, and the pause within it no start of ntpd', () => {
  const row = (at: number, status: string, offset: number, dispersion = 0.001) =>
    `61557 ${at}.010 192.0.2.1 ${status} ${offset.toFixed(9)} 0.010000000 ${dispersion.toFixed(9)} 0.000020000`
  const quiet = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => row(from + 64 * i, '963a', 1e-5 * Math.sin(i)))
  // Silent from 12 800 s on, given up eight polls later, and heard again at 17 000 s, when the clock is 40 s behind.
  const { findings, disturbances } = explain(
    ...quiet(64, 200),
    row(13_400, '8643', 1e-5),
    row(17_000, '9054', 40, 7.9375),
    ...[2, 4, 6, 70, 134, 200].map(after => row(17_000 + after, '966a', 40, 1.9)),
    row(17_300, '9074', 0, 7.9375),
    ...quiet(17_310, 200),
  )
  expect(findings.map(({ name }) => name)).toContain('sources-lost')
  expect(disturbances).toHaveLength(1)
  expect(disturbances[0]!.size).toBeCloseTo(40, 2)
  expect(disturbances[0]!.from % 86_400).toBeLessThan(12_900)
  expect(findings.find(({ name }) => name === 'vm-paused')).toMatchObject({ severity: 'critical' })
})
