/** A forecast decides the same however little time the lab is given: what is missing is said, and changes no verdict. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examine } from './examine.ts'

const MACHINES = join(import.meta.dirname, '../../../test/vectors/machines')
const MACHINE = join(MACHINES, 'kvm-openstack-ntpd-gx')

const examineWithin = (within: number, root = join(MACHINE, 'root')) =>
  examine({
    root,
    config: undefined,
    pause: 4.3,
    within,
    measure: false,
    signal: new AbortController().signal,
  })

test('without time what is there is still played, and all runs of it decide and are told', {
  timeout: 60_000,
}, async () => {
  const { findings, unforeseen, prospect } = await examineWithin(0)
  expect(unforeseen).toBe(true)
  expect(prospect?.now.runs).toBe(3)
  expect(prospect?.best).toBeUndefined()
  const expected = readFileSync(join(MACHINE, 'findings.txt'), 'utf8').trim().split('\n')
  expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toEqual(
    expected.map(line => line.split(' ', 2).join(' ')),
  )
  const slow = findings.find(({ name }) => name === 'slow-after-a-pause')
  expect(slow?.remedy.text).toMatch(/-x/)
})

test('who has time waits for all runs, and a second time they say the same', {
  timeout: 60_000,
}, async () => {
  const [{ prospect, unforeseen }, again] = [await examineWithin(60), await examineWithin(60)]
  expect(unforeseen).toBe(false)
  expect([prospect?.now.runs, prospect?.best?.runs]).toEqual([3, 3])
  expect(prospect).toEqual(again.prospect)
})

test('servers that a script of the network puts online are asked', { timeout: 60_000 }, async () => {
  const copy = mkdtempSync(join(tmpdir(), 'clockwright-offline-'))
  try {
    cpSync(join(MACHINES, 'rhel8-grubenv/root'), copy, { recursive: true, verbatimSymlinks: true })
    const before = await examineWithin(0, copy)
    const conf = join(copy, 'etc/chrony.conf')
    writeFileSync(conf, readFileSync(conf, 'utf8').replace(/^(pool .*) iburst/m, '$1 offline iburst'))
    const { prospect, findings } = await examineWithin(0, copy)
    expect(findings.map(({ name, severity }) => `${severity} ${name}`)).toContain('note sources-unusable')
    expect(prospect?.now).toEqual(before.prospect?.now)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
})
