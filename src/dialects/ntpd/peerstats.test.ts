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
