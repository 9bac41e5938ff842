import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readDrift, writeDrift } from './drift-file.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clockwright-drift-'))
  path = join(directory, 'drift.json')
})
afterEach(() => rmSync(directory, { recursive: true }))

test('what was learned is known again, a little less surely', () => {
  writeDrift(path, 'kvm, tsc', { rate: 20e-6, deviation: 1e-8 })
  const known = readDrift(path, 'kvm, tsc')!
  expect(known.rate).toBe(20e-6)
  expect(known.deviation).toBeGreaterThan(1e-6)
})

test('each machine has its own entry, and there are not ever more of them', () => {
  for (let i = 0; i < 40; i++) writeDrift(path, `host ${i}`, { rate: i * 1e-6, deviation: 1e-7 })
  expect(readDrift(path, 'host 39')?.rate).toBe(39e-6)
  expect(readDrift(path, 'kvm, tsc')).toBeUndefined()
  expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')))).toHaveLength(16)
})

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"kvm": null}',
  '{"kvm": {"rate": "1", "deviation": 1, "saved": 1}}',
  '{"kvm": {"rate": 5, "deviation": 1e-6, "saved": 1}}',
])('a file that says %j says nothing, and is written over', text => {
  writeFileSync(path, text)
  expect(readDrift(path, 'kvm')).toBeUndefined()
  writeDrift(path, 'kvm', { rate: 1e-6, deviation: 1e-7 })
  expect(readDrift(path, 'kvm')?.rate).toBe(1e-6)
})
