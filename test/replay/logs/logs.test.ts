/** Real logs of real daemons whose clock was simulated: what happened is known, and must be found, and nothing else. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { analyse, compare } from './found.ts'
import { TRUTHS } from './truths.ts'

test('every log has its truth', () => {
  const folder = fileURLToPath(new URL('../../vectors/logs', import.meta.url))
  expect(readdirSync(folder).sort()).toEqual(TRUTHS.map(({ sample }) => sample).sort())
})

test.each(TRUTHS.map(truth => [truth.sample, truth] as const))('%s', async (sample, truth) => {
  expect(compare(truth, await analyse(sample))).toEqual({ missing: [], invented: [] })
})
