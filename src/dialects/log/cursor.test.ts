import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cursor } from './cursor.ts'
import { SourceTable } from './source-table.ts'

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0))

/** The same field in the middle of a buffer and at its very end, where it is read byte by byte. */
function both<T>(field: string, read: (cursor: Cursor) => T): T[] {
  return ['', 'and what follows it is long enough\n'].map(rest => {
    const cursor = new Cursor()
    cursor.read(bytesOf(`${field}\n${rest}`), 0)
    return read(cursor)
  })
}

function isNumber(cursor: Cursor): boolean {
  cursor.decimal()
  return cursor.ok
}

test('numbers are what strtod makes of them', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 14 })
  const number = fc.oneof(
    fc.tuple(fc.constantFrom('', '-', '+'), digits).map(([sign, whole]) => sign + whole),
    fc
      .tuple(fc.constantFrom('', '-'), digits, digits)
      .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`),
    fc.double({ min: -9, max: 9, noNaN: true }).map(value => value.toFixed(9)),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(value => value.toExponential(3)),
  )
  fc.assert(
    fc.property(number, text => {
      for (const { value, decimals } of both(text, cursor => ({
        value: cursor.decimal(),
        decimals: cursor.decimals,
      }))) {
        expect(value).toBe(Number(text))
        expect(decimals).toBe(text.split('e')[0]!.split('.')[1]?.length ?? -1)
      }
    }),
  )
})

test('three numbers in a row are what each alone is', () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 9_999_999_999 }).map(nanos => (nanos / 1e9).toFixed(9)),
    fc.constantFrom('-0.000000012', '17', '1.5', '+0.000000001', '1e-3', 'x', '10.123456789', ''),
  )
  const between = fc.constantFrom(' ', ' ', ' ', '  ', '\t', '\n')
  fc.assert(
    fc.property(
      number,
      between,
      number,
      between,
      number,
      fc.constantFrom('', ' 0'),
      (a, s, b, t, c, rest) => {
        const text = ` ${a}${s}${b}${t}${c}${rest}\n`
        for (const bytes of [text, `${text}${'.'.repeat(40)}`].map(each => Buffer.from(each))) {
          const [together, alone] = [new Cursor(), new Cursor()]
          const [found, expected] = [columns(3), columns(3)]
          together.read(bytes, 0)
          alone.read(bytes, 0)
          together.decimalsInto(found[0]!, found[1]!, found[2]!, 0)
          for (const column of expected) alone.decimalInto(column, 0)
          expect([together.ok, together.at, together.decimals]).toEqual([alone.ok, alone.at, alone.decimals])
          expect(found).toEqual(expected)
        }
      },
    ),
  )
})

const columns = (count: number): Float64Array[] => Array.from({ length: count }, () => new Float64Array(1))

test('what is nearly a number is none', () => {
  for (const text of [
    '0.12345678x',
    '0.123456789x',
    '0.1234:6789',
    '0x123456789',
    '-',
    '.',
    '1.2.3',
    'x.123456789',
  ])
    expect(both(text, isNumber)).toEqual([false, false])
})

test('a source is its name, of any bytes and any length', () => {
  const name = fc
    .array(fc.integer({ min: 33, max: 255 }), { minLength: 1, maxLength: 40 })
    .map(codes => String.fromCharCode(...codes))
    .filter(text => !/:\d+$/.test(text))
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 20 }), names => {
      const table = new SourceTable()
      for (const each of [...names, ...names]) {
        const ends = both(`${each} `, cursor => {
          expect(table.names[table.read(cursor)]).toBe(each)
          return cursor.at
        })
        expect(ends).toEqual([each.length, each.length])
      }
    }),
  )
})

test('a status word is up to eight hexadecimal digits', () => {
  const word = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 1, maxLength: 10 })
  const past = (cursor: Cursor): number => {
    const value = cursor.hex()
    if (cursor.ok) values.add(value)
    return cursor.ok ? cursor.at : -1
  }
  const values = new Set<number>()
  fc.assert(
    fc.property(word, text => {
      values.clear()
      for (const end of both(` ${text} `, past)) expect(end).toBe(text.length <= 8 ? text.length + 1 : -1)
      if (text.length <= 8) expect([...values]).toEqual([Number.parseInt(text, 16)])
    }),
  )
  for (const text of ['94g4', '94:4', '/414', '', '-1'])
    for (const end of both(` ${text} `, past)) expect(end).toBe(-1)
})
