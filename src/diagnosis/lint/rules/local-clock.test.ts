import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

test('a `fudge` of another unit says nothing of the stratum, and goes with the rest', () => {
  const told = (unit: string) =>
    lint([{ path: 'etc/ntp.conf', text: `server 127.127.1.0\nfudge 127.127.1.${unit} stratum 12\n` }]).find(
      ({ name }) => name === 'local-clock',
    )!
  expect(told('0').measures.stratum).toBe(12)
  // Driver 1 by itself.
  expect(told('1')).toMatchObject({ measures: { stratum: 5 }, evidence: [{ line: 1 }] })
  expect(told('1').remedy.edits).toHaveLength(2)
})
