import { expect, test } from 'vitest'
import { whyNotOpened } from './opening.ts'

const failed = (code: string) => Object.assign(new Error(code), { code })

test('a device that may not be opened is there, and so is one that only /sys knows', () => {
  expect(whyNotOpened(failed('EACCES'))).toBe('not-allowed')
  expect(whyNotOpened(failed('EPERM'), '/nowhere')).toBe('not-allowed')
  expect(whyNotOpened(failed('ENOENT'), '/proc/self')).toBe('not-allowed')
})

test('one that nothing knows is not there', () => {
  expect(whyNotOpened(failed('ENOENT'), '/nowhere')).toBe('none')
  expect(whyNotOpened(failed('ENOENT'))).toBe('none')
})
