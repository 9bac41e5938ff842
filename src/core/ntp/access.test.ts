import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Access, type Prefix } from './access.ts'

const prefix = (bytes: readonly number[], bits: number): Prefix => ({ bytes: Uint8Array.from(bytes), bits })
const permits = (access: Access, bytes: readonly number[]) =>
  access.permits(Uint8Array.from([9, ...bytes, 9]), 1, bytes.length)

test('who is in no prefix is not served', () =>
  expect(permits(new Access([prefix([10, 0, 0, 0], 8)], []), [11, 0, 0, 1])).toBe(false))

test('the longest prefix decides, whatever the order', () => {
  const access = new Access(
    [prefix([10, 0, 0, 0], 8), prefix([10, 1, 2, 0], 24)],
    [prefix([10, 1, 0, 0], 16), prefix([10, 1, 2, 77], 32)],
  )
  expect(permits(access, [10, 9, 0, 1])).toBe(true)
  expect(permits(access, [10, 1, 9, 1])).toBe(false)
  expect(permits(access, [10, 1, 2, 1])).toBe(true)
  expect(permits(access, [10, 1, 2, 77])).toBe(false)
})

test('of two equal ones the denying decides', () =>
  expect(permits(new Access([prefix([10, 0, 0, 0], 8)], [prefix([10, 0, 0, 0], 8)]), [10, 0, 0, 1])).toBe(
    false,
  ))

test('everybody, of one family', () => {
  const access = new Access([prefix([0, 0, 0, 0], 0)], [])
  expect(permits(access, [203, 0, 113, 9])).toBe(true)
  expect(permits(access, [32, 1, 13, 184, ...new Array<number>(12).fill(0)])).toBe(false)
})

test('bits that are no whole bytes', () => {
  const access = new Access([prefix([192, 0, 2, 64], 26)], [])
  expect(permits(access, [192, 0, 2, 64])).toBe(true)
  expect(permits(access, [192, 0, 2, 127])).toBe(true)
  expect(permits(access, [192, 0, 2, 128])).toBe(false)
  expect(permits(access, [192, 0, 2, 63])).toBe(false)
})

test('an address is in a prefix when their leading bits are the same', () => {
  const bits = (bytes: readonly number[]) => bytes.map(byte => byte.toString(2).padStart(8, '0')).join('')
  const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(bytes, bytes, fc.integer({ min: 0, max: 32 }), (network, address, length) => {
      const inside = bits(network).slice(0, length) === bits(address).slice(0, length)
      expect(permits(new Access([prefix(network, length)], []), address)).toBe(inside)
    }),
  )
})
