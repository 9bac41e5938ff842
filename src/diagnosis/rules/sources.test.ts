/** What follows from how the sources of a clock differ. */
import { expect, test } from 'vitest'
import { explain } from '../../../test/support/explain.ts'

/** peerstats of three servers, a line each in 64 s, from noon on the last day of March 2027. */
function peerstats(of: (server: number, at: number) => { offset: number; delay: number }): string[] {
  return Array.from({ length: 200 }, (_, i) => i).flatMap(i =>
    [1, 2, 3].map(server => {
      const at = 43_200 + i * 64 + server
      const { offset, delay } = of(server, at)
      // Noise of 10 µs.
      const noisy = offset + 1e-5 * Math.sin(7 * i + server)
      const [day, second] = at < 86_400 ? [61_495, at] : [61_496, at - 86_400]
      return `${day} ${second}.000 192.0.2.${server} 9614 ${noisy.toFixed(9)} ${delay.toFixed(9)} 0.000100000 0.000010000`
    }),
  )
}

test('a far server that is off by half of its longer way', () => {
  const { findings } = explain(
    ...peerstats(server => (server === 3 ? { offset: 0.038, delay: 0.09 } : { offset: 0, delay: 0.01 })),
  )
  const found = findings.find(({ name }) => name === 'asymmetric-path')
  expect(found).toMatchObject({ severity: 'note' })
  expect(found!.measures.offset).toBeCloseTo(0.038, 4)
  expect(findings.map(({ name }) => name)).not.toContain('falseticker')
})

test('one of three servers makes a leap second', () => {
  const { findings } = explain(
    ...peerstats((server, at) => ({ offset: server === 3 && at > 50_000 ? -1 : 0, delay: 0.01 })),
  )
  const found = findings.find(({ name }) => name === 'leap-or-smear-mix')
  expect(found).toMatchObject({ severity: 'warning', measures: { sources: 1 } })
  expect(found!.what).toContain('192.0.2.3')
})

test('a server that is forced with true, and wrong', () => {
  const { findings } = explain(
    'server 192.0.2.3 true',
    ...peerstats(server => ({ offset: server === 3 ? 0.2 : 0, delay: 0.01 })),
  )
  expect(findings.find(({ name }) => name === 'falseticker-followed')).toMatchObject({ severity: 'critical' })
})
