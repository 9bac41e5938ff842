import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEdits, EditConflict } from './edit.ts'

const CONF = '# servers\nserver a\nserver b\n'

test('lines are replaced, deleted and added; the rest keeps its bytes', () => {
  expect(
    applyEdits(CONF, [
      { kind: 'insert-after', line: 0, text: 'tinker panic 0' },
      { kind: 'replace', line: 2, text: 'server a iburst' },
      { kind: 'delete', line: 3, text: '' },
      { kind: 'insert-after', line: 99, text: 'server c\nserver d' },
    ]),
  ).toBe('tinker panic 0\n# servers\nserver a iburst\nserver c\nserver d\n')
})

test('line ends stay what they were', () => {
  expect(applyEdits('a\r\nb\r\n', [{ kind: 'insert-after', line: 1, text: 'x' }])).toBe('a\r\nx\r\nb\r\n')
  expect(applyEdits('a\nb\r\nc\n', [{ kind: 'insert-after', line: 1, text: 'x' }])).toBe('a\nx\nb\r\nc\n')
  expect(applyEdits('a\nb', [{ kind: 'replace', line: 1, text: 'x' }])).toBe('x\nb')
  expect(applyEdits('a\nb', [{ kind: 'insert-after', line: 2, text: 'x' }])).toBe('a\nb\nx\n')
})

test('the same edit twice is one; two that differ are a conflict', () => {
  const twice = { kind: 'insert-after', line: 3, text: 'server c' } as const
  expect(applyEdits(CONF, [twice, { ...twice }])).toBe(`${CONF}server c\n`)
  expect(() =>
    applyEdits(CONF, [
      { kind: 'delete', line: 2, text: '' },
      { kind: 'replace', line: 2, text: 'x' },
    ]),
  ).toThrow(EditConflict)
  expect(() => applyEdits(CONF, [{ kind: 'delete', line: 4, text: '' }])).toThrow(EditConflict)
})

test('no edit, no change, whatever the bytes', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), text => applyEdits(text, []) === text))
})
