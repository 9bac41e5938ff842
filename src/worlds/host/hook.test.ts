import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openHook } from './hook.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clockwright-hook-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function program(script: string): string {
  const path = join(directory, 'hook')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

test('learns from its environment what happens', async () => {
  const said = join(directory, 'said')
  const complain = vi.fn()
  const hook = openHook(program(`echo $CLOCKWRIGHT_EVENT $CLOCKWRIGHT_STEP >> ${said}`), complain)
  hook.before(-1.5)
  expect(readFileSync(said, 'utf8')).toBe('before-step -1.500000000\n')
  hook.after(-1.5)
  await vi.waitFor(() => expect(readFileSync(said, 'utf8')).toContain('after-step -1.500000000\n'))
  expect(complain).not.toHaveBeenCalled()
})

test('that fails, or is not there, is complained about and stops nothing', async () => {
  const complain = vi.fn()
  openHook(program('exit 3'), complain).before(1)
  expect(complain).toHaveBeenCalledWith(expect.stringContaining('ended with 3'))
  const absent = openHook(join(directory, 'absent'), complain)
  absent.before(1)
  expect(complain).toHaveBeenCalledTimes(2)
  absent.after(1)
  await vi.waitFor(() => expect(complain).toHaveBeenCalledTimes(3))
})
