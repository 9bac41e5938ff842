import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cursor } from '../log/cursor.ts'
import { readMjd } from './mjd.ts'

/** In the middle of a buffer and at its very end, where it is read byte by byte. */
function both(stamp: string): { readonly seconds: number; readonly ok: boolean; readonly left: number }[] {
  return [' and what follows it is long enough\n', '\n'].map(rest => {
    const cursor = new Cursor()
    cursor.read(
      Uint8Array.from(`${stamp}${rest}`, c => c.charCodeAt(0)),
      0,
    )
    const column = new Float64Array(2)
    readMjd(cursor, 20_000, column, 1)
    return { seconds: column[1]!, ok: cursor.ok, left: cursor.at - stamp.length }
  })
}

test('a stamp of ntpd, with any number of decimals', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 40_000, max: 99_999 }),
      fc.nat(89_999_000),
      fc.integer({ min: 1, max: 6 }),
      (days, ms, decimals) => {
        const seconds = (ms / 1e3).toFixed(decimals)
        const expected = (days - 40_587 - 20_000) * 86_400 + Number(seconds)
        for (const read of both(`${days} ${seconds}`))
          expect(read).toEqual({ seconds: expected, ok: true, left: 0 })
      },
    ),
  )
})

test('what is nearly a stamp is none', () => {
  for (const text of [
    '39999 1.000',
    '61000 90000.000',
    '61000 123456.789',
    '61000 12',
    '61000 .',
    '6100 x1.000',
    '61000 1.0x0',
  ])
    for (const { ok } of both(text)) expect(ok, text).toBe(false)
})
