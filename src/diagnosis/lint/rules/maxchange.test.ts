import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

const panics = (said: string, hypervisor = 'kvm', more: readonly string[] = []) =>
  lint(
    [
      { path: 'etc/chrony.conf', text: `pool a.example iburst\nmakestep 1 -1\n${said}` },
      ...more.map((text, index) => ({ path: `etc/chrony.d/${index}.conf`, text })),
    ],
    hypervisor === 'unknown' ? {} : { hypervisor },
  ).filter(({ name }) => name === 'panic-exit-ahead')

test('chronyd that ends itself after a pause of this guest', () => {
  const [finding, ...others] = panics('maxchange 1000 1 2\n')
  expect(others).toEqual([])
  expect(finding).toMatchObject({ severity: 'warning', measures: { panic: 1000 } })
  expect(finding!.what).toBe(
    'In this guest `maxchange 1000 1 2` has chronyd ignore 2 updates and then end itself after a pause of more than 1000 s.',
  )
  expect(finding!.remedy.edits).toEqual([{ file: 0, line: 3, kind: 'delete', text: '' }])
})

test('or answers nothing any more', () => {
  expect(panics('maxchange 10 0 -1\n')[0]?.what).toContain('has chronyd ignore every answer after')
  expect(panics('maxchange 10 0 0\n')[0]?.what).toContain('has chronyd end itself after')
})

test('the last one counts, in whatever file', () => {
  expect(panics('maxchange 1000 1 2\n', 'kvm', ['maxchange 1000 -1 2\n'])).toEqual([])
  const [finding] = panics('maxchange 1000 1 2\n', 'kvm', ['maxchange 5 1 2\n'])
  expect(finding).toMatchObject({ measures: { panic: 5 } })
  expect(finding!.remedy.edits).toHaveLength(2)
})

test('is right on a real machine, and a note where nobody knows', () => {
  expect(panics('maxchange 1000 1 2\n', 'none')).toEqual([])
  expect(panics('maxchange 1000 1 2\n', 'unknown')).toMatchObject([{ severity: 'note' }])
})

test.each(['', 'maxchange 1000 -1 2\n', 'maxchange 1000\n', '# maxchange 1000 1 2\n'])(
  '%j is nothing',
  said => expect(panics(said)).toEqual([]),
)
