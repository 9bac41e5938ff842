import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { instant } from '#core/time/instant.ts'
import { openHook } from './hook.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clockwright-hook-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const step = { size: -1.5, why: 'disruption', wall: instant(1_795_258_202_000_000_000n) }

function program(script: string): string {
  const path = join(directory, 'hook')
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

test('learns from its environment what happens', async () => {
  const said = join(directory, 'said')
  const complain = vi.fn()
  const hook = openHook(
    program(`echo $CLOCKWRIGHT_EVENT $CLOCKWRIGHT_STEP $CLOCKWRIGHT_WHY $CLOCKWRIGHT_TIME >> ${said}`),
    complain,
  )
  hook.before(step)
  expect(readFileSync(said, 'utf8')).toBe(
    'before-step -1.500000000 disruption 2026-11-21T10:50:02.000000000Z\n',
  )
  hook.after(step)
  await vi.waitFor(() =>
    expect(readFileSync(said, 'utf8')).toContain(
      'after-step -1.500000000 disruption 2026-11-21T10:50:02.000000000Z\n',
    ),
  )
  expect(complain).not.toHaveBeenCalled()
})

test('that fails, or is not there, is complained about and stops nothing', async () => {
  const complain = vi.fn()
  openHook(program('exit 3'), complain).before(step)
  expect(complain).toHaveBeenCalledWith(expect.stringContaining('ended with 3'))
  const absent = openHook(join(directory, 'absent'), complain)
  absent.before(step)
  expect(complain).toHaveBeenCalledTimes(2)
  absent.after(step)
  await vi.waitFor(() => expect(complain).toHaveBeenCalledTimes(3))
})
