import { expect, it } from 'vitest'
import { toJson } from './print.ts'

it('writes instants as decimals, the unknown as null, and nothing that a terminal obeys', () => {
  expect(toJson({ at: 1_500_000_000n, no: undefined, much: Number.POSITIVE_INFINITY })).toBe(
    '{"at":"1.500000000","no":null,"much":null}',
  )
  const hostile = '\u001b[2J\u009b2J\u202e'
  expect(toJson(hostile)).toBe('"\\u001b[2J\\u009b2J\\u202e"')
  expect(JSON.parse(toJson(hostile))).toBe(hostile)
})
