import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EditConflict, mergeLine } from './merge-line.ts'

test('two edits of different words are both made', () => {
  expect(
    mergeLine('server 10.0.0.1 true maxpoll 10 # near', [
      'server 10.0.0.1 prefer maxpoll 10 # near',
      'server 10.0.0.1 true iburst maxpoll 10 # near',
      'server 10.0.0.1 true minpoll 4 maxpoll 6 # near',
    ]),
  ).toBe('server 10.0.0.1 prefer iburst minpoll 4 maxpoll 6 # near')
  expect(mergeLine('OPTIONS="-x -4 -g"', ['OPTIONS="-4 -g"', 'OPTIONS="-x -g"'])).toBe('OPTIONS="-g"')
})

test('of the same words only if they agree', () => {
  expect(mergeLine('makestep 1 3', ['makestep 1 -1', 'makestep 1 -1'])).toBe('makestep 1 -1')
  expect(() => mergeLine('server a true', ['server a prefer', 'server a'])).toThrow(EditConflict)
  expect(() => mergeLine('server a', ['server a minpoll 4', 'server a minpoll 6'])).toThrow(EditConflict)
})

test('an option that two bring stands there once', () => {
  expect(mergeLine('server a', ['server a iburst', 'server a iburst minpoll 4'])).toBe(
    'server a iburst minpoll 4',
  )
  expect(
    mergeLine('restrict default nomodfy notrap', [
      'restrict default nomodify notrap',
      'restrict default nomodfy notrap nomodify noquery',
    ]),
  ).toBe('restrict default nomodify notrap noquery')
})

test('white space stays, also where the edit has none', () => {
  expect(mergeLine('OPTIONS="-g -x "  ', ['OPTIONS="-g"'])).toBe('OPTIONS="-g "  ')
  expect(mergeLine('OPTIONS="-x  -g"', ['OPTIONS="-g"'])).toBe('OPTIONS="-g"')
  expect(mergeLine('\tserver\t a  true\r', ['server a prefer'])).toBe('\tserver\t a  prefer\r')
  expect(mergeLine('a b', ['x a b'])).toBe('x a b')
})

const latin1 = (text: string) => Buffer.from(text).toString('latin1')

test('bytes of any encoding stay', () => {
  expect(mergeLine(latin1('server a true # zürich, 東京'), ['server a prefer # zürich, 東京'])).toBe(
    latin1('server a prefer # zürich, 東京'),
  )
  expect(mergeLine('server a true # z\xfcrich', ['server a prefer # z\ufffdrich'])).toBe(
    'server a prefer # z\xfcrich',
  )
  expect(mergeLine(latin1('server a # zürich'), ['# zürich\nserver a'])).toBe(latin1('# zürich\nserver a'))
})

const words = fc.array(fc.constantFrom('a', 'b', 'ü', '-x', '7'), { maxLength: 6 })

test('one edit is made as it says, but for white space', () => {
  fc.assert(
    fc.property(words, words, (line, version) => {
      const merged = mergeLine(latin1(line.join(' ')), [version.join(' ')])
      expect(merged.split(' ').filter(Boolean)).toEqual(version.map(latin1))
    }),
  )
})

test('the order of the edits does not matter, nor does an edit that changes nothing', () => {
  const attempt = (line: string, versions: string[]): string => {
    try {
      return mergeLine(line, versions)
    } catch (error) {
      if (error instanceof EditConflict) return 'conflict'
      throw error
    }
  }
  fc.assert(
    fc.property(words, words, (line, version) => {
      const [old, young] = [line.join(' '), version.join(' ')].map(each => each.replaceAll('ü', 'u')) as [
        string,
        string,
      ]
      expect(attempt(old, [young, old])).toBe(attempt(old, [young]))
      expect(attempt(old, [old, young])).toBe(attempt(old, [young]))
    }),
  )
})
