/** A repair on a disk that is full, or fills while it is at work. Needs root for a small tmpfs. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { repairsIn } from '../../src/apps/repair/journal.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { applyHere, stateOf, undoHere } from './here.ts'

const { folder: root, mounted, free, remove } = mountSmallDisk()
afterAll(() => {
  remove()
  rmSync(`${root}.plan`, { force: true })
})

const PAGE = 4096
const FILES = ['a', 'b', 'c'].map(name => `/etc/${name}.conf`)
const old = (path: string) => `# ${path}\n`.padEnd(2 * PAGE, 'x')
const filler = join(root, 'filler')

beforeEach(() => {
  if (!mounted) return
  for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true })
  mkdirSync(join(root, 'etc'))
  for (const path of FILES) writeFileSync(join(root, path), old(path))
  const steps = FILES.map(path => ({
    title: `Edit ${path}`,
    reasons: [],
    change: { kind: 'file', path, before: old(path), after: `# new\n`.padEnd(5 * PAGE, 'y') },
    risk: '',
    proof: { kind: 'reads' },
    undone: '',
  }))
  writeFileSync(`${root}.plan`, JSON.stringify({ advice: [], steps }))
})

/** All but so many pages of the disk. */
const fill = (spare: number): void =>
  writeFileSync(filler, new Uint8Array(Math.max(0, free() - spare * PAGE)))

const isUntouched = () => {
  expect(FILES.map(path => readFileSync(join(root, path), 'latin1'))).toEqual(FILES.map(old))
  expect(readdirSync(join(root, 'etc'))).toHaveLength(FILES.length)
  expect(existsSync(stateOf(root)) ? repairsIn(stateOf(root)) : []).toEqual([])
}

test('whatever space is left: all is done, or all is as it was, and it is said why', async () => {
  if (!mounted) return
  const outcomes = new Set<string>()
  for (let spare = 0; spare < 70; spare++) {
    fill(spare)
    const applied = await applyHere(root).catch((error: Error) => error)
    if (applied instanceof Error) {
      expect(applied.message).toMatch(/no space left.*nothing was changed$/)
      outcomes.add('not begun')
    } else {
      outcomes.add(applied.outcome)
      if (applied.outcome === 'applied') expect((await undoHere(root))?.stuck).toEqual([])
      else expect(applied.why).toMatch(/no space (?:is )?left/)
    }
    isUntouched()
    rmSync(filler)
  }
  expect([...outcomes]).toEqual(['not begun', 'rolled back', 'applied'])
})

test('what was done is taken back on a full disk, too', async () => {
  if (!mounted) return
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
  fill(0)
  expect((await undoHere(root))?.stuck).toEqual([])
  isUntouched()
})
