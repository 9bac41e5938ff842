import { expect, test } from 'vitest'
import { leadingNumber } from './leading-number.ts'

test.each([
  ['100,0', 'NUMBER', 100],
  ['0.5s', 'NUMBER', 0.5],
  ['.5e1x', 'NUMBER', 5],
  ['5e', 'NUMBER', 5],
  ['3.0', 'INTEGER', 3],
  ['-1;', 'INTEGER', -1],
  ['0x7b', 'INTEGER', 0],
  ['x5', 'NUMBER', undefined],
  ['.5', 'INTEGER', undefined],
] as const)('%s as %s is %s', (word, type, number) => expect(leadingNumber(word, type)).toBe(number))
