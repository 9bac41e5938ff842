/** A forecast decides the same however little time the lab is given: what is missing is said, and changes no verdict. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examine } from './examine.ts'

const MACHINE = join(import.meta.dirname, '../../../test/vectors/machines/kvm-openstack-ntpd-gx')

test('without time the first run still decides', { timeout: 60_000 }, async () => {
  const { findings, unforeseen } = await examine({
    root: join(MACHINE, 'root'),
    config: undefined,
    pause: 4.3,
    within: 0,
    measure: false,
    signal: new AbortController().signal,
  })
  expect(unforeseen).toBe(true)
  const expected = readFileSync(join(MACHINE, 'findings.txt'), 'utf8').trim().split('\n')
  expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual(
    expected.map(line => line.split(' ', 2).join(' ')),
  )
  const slow = findings.find(({ name }) => name === 'slow-after-a-pause')
  expect(slow?.remedy.text).toMatch(/-x/)
})
