import { describe, expect, test, vi } from 'vitest'
import { loadLibc, NEVER_STEER } from '../libc.ts'
import { openHost } from './world.ts'

describe('the clock of this machine', () => {
  test('cannot be steered where the environment forbids it', () => {
    vi.stubEnv(NEVER_STEER, '1')
    const loaded = loadLibc()
    if (loaded.kind === 'loaded') expect(() => loaded.libc.allowSteering()).toThrow(NEVER_STEER)
    expect(() => openHost({ steering: true })).toThrow()
    vi.unstubAllEnvs()
  })
})
