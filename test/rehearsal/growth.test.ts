/** An agent lives for months: what happens to it must not pile up in it. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { keep } from './keep.ts'

const DAY = 86_400

test('days with a pause in every hour leave nothing behind in the agent', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heap = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const kept = keep(
    {
      seed: 1,
      servers: [1, 2, 3, 4].map(i => ({ address: `192.0.2.${i}`, link: symmetricLink(1e-3, 1e-4) })),
      oscillator: { frequencyError: 20e-6, wander: 1e-9 },
      pauses: Array.from({ length: 24 * 5 }, (_, hour) => ({
        at: 3600 * (hour + 1),
        length: 2,
        witness: { name: 'rtc', after: 1, uncertainty: 0.5 },
      })),
    },
    { minpoll: 4, maxpoll: 6 },
  )
  const dayBy = (day: number): number => {
    kept.sim.run(day * DAY)
    kept.sim.records.length = 0
    return heap()
  }
  const early = dayBy(2)
  const late = dayBy(5)
  // What is learned lately is kept, and nothing of each of the 17,000 exchanges in between.
  expect(late - early).toBeLessThan(500_000)
})
