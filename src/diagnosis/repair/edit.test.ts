import fc from 'fast-check'
import { expect, test } from 'vitest'
import { appendLines } from './append.ts'
import { type Edit, mergeEdits } from './edit.ts'

const CONF = '# servers\nserver a\nserver b\n'

const edited = (text: string, edits: readonly Edit[]): string => mergeEdits(text, [edits]).text
const replace = (line: number, text: string): Edit => ({ kind: 'replace', line, text })

test('lines are replaced, deleted and added; the rest keeps its bytes', () => {
  expect(
    edited(CONF, [
      { kind: 'insert-after', line: 0, text: 'tinker panic 0' },
      replace(2, 'server a iburst'),
      { kind: 'delete', line: 3, text: '' },
      { kind: 'insert-after', line: 99, text: 'server c\nserver d' },
    ]),
  ).toBe('tinker panic 0\n# servers\nserver a iburst\nserver c\nserver d\n')
})

test('line ends stay what they were', () => {
  expect(edited('a\r\nb\r\n', [{ kind: 'insert-after', line: 1, text: 'x' }])).toBe('a\r\nx\r\nb\r\n')
  expect(edited('a\nb\r\nc\n', [{ kind: 'insert-after', line: 1, text: 'x' }])).toBe('a\nx\nb\r\nc\n')
  expect(edited('a\nb\r\nc\n', [replace(2, 'x')])).toBe('a\nx\r\nc\n')
  expect(edited('server x # why\r\n', [replace(1, '# why\nserver x iburst')])).toBe(
    '# why\r\nserver x iburst\r\n',
  )
  expect(edited('a\nb', [replace(1, 'x')])).toBe('x\nb')
  expect(edited('a\nb', [{ kind: 'insert-after', line: 2, text: 'x' }])).toBe('a\nb\nx\n')
})

test('the same line added twice is one', () => {
  const twice = { kind: 'insert-after', line: 3, text: 'server c' } as const
  expect(mergeEdits(CONF, [[twice], [{ ...twice, line: 9 }]])).toEqual({
    text: `${CONF}server c\n`,
    refused: [],
  })
})

test('a group that cannot be made beside those before it is left out as a whole, and alone', () => {
  const { text, refused } = mergeEdits(CONF, [
    [replace(2, 'server a prefer')],
    [replace(2, 'server a noselect'), replace(3, 'server b noselect')],
    [replace(3, 'server b iburst')],
  ])
  expect(text).toBe('# servers\nserver a prefer noselect\nserver b noselect iburst\n')
  expect(refused).toEqual([])
  expect(
    mergeEdits(CONF, [
      [replace(2, 'server z')],
      [replace(2, 'server y'), replace(3, 'server x')],
      [{ kind: 'delete', line: 4, text: '' }],
      [replace(2, 'server a iburst')],
    ]),
  ).toEqual({
    text: '# servers\nserver z iburst\nserver b\n',
    refused: [
      { group: 1, why: 'the same words would be changed in two ways' },
      { group: 2, why: 'there is no line 4 to delete' },
    ],
  })
})

test('what is wrong with a line goes with it', () => {
  const gone: Edit = { kind: 'delete', line: 2, text: '' }
  expect(mergeEdits(CONF, [[replace(2, 'server a iburst')], [gone]])).toEqual({
    text: '# servers\nserver b\n',
    refused: [],
  })
})

test('a line from which two edits took everything goes where its first word says nothing alone, and nowhere else', () => {
  const both = (line: string, one: string, other: string, more: Pick<Edit, 'goesWhenBare'>) =>
    mergeEdits(`${line}\nserver a\n`, [
      [{ ...replace(1, one), ...more }],
      [{ ...replace(1, other), ...more }],
    ])
  expect(both('tinker panic 9 step 7', 'tinker panic 9', 'tinker step 7', { goesWhenBare: true })).toEqual({
    text: 'server a\n',
    refused: [],
  })
  expect(both('quiet divider=10 notsc', 'quiet notsc', 'quiet divider=10', {}).text).toBe('quiet\nserver a\n')
})

test('no edit, no change, whatever the bytes', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), text => edited(text, []) === text))
})

test('lines at the end of a file have no number, here or in JSON', () => {
  const action = appendLines('/etc/ntp.conf', 'why', ['server b'])
  expect(JSON.parse(JSON.stringify(action))).toMatchObject({ edit: { line: null } })
  expect(action.kind === 'edit' && mergeEdits('server a\n', [[action.edit]]).text).toBe(
    'server a\n\n# why\nserver b\n',
  )
})

test('a file of tens of thousands of lines, of which each is to be changed', () => {
  const count = 20_000
  const lines = Array.from({ length: count }, (_, index) => `server 10.0.${index >> 8}.${index & 255}`)
  const adding = (option: string) =>
    lines.map((line, index) => ({ kind: 'replace' as const, line: index + 1, text: `${line} ${option}` }))
  const { text, refused } = mergeEdits(`${lines.join('\n')}\n`, [adding('iburst'), adding('minpoll 4')])
  expect(refused).toEqual([])
  expect(text.split('\n')[count - 1]).toBe(`${lines.at(-1)} iburst minpoll 4`)
})
