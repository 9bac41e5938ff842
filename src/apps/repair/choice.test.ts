import { expect, test } from 'vitest'
import { lint } from '#diagnosis/lint/lint.ts'
import type { Action } from '#diagnosis/repair/action.ts'
import { chosen } from './choice.ts'

/** What a plan takes of it by itself, and what when it is named. */
function taken(text: string, name: string, path = 'etc/chrony.conf') {
  const found = lint([{ path, text }], { hypervisor: 'hyperv', complete: true })
  const finding = found.find(each => each.name === name)!
  const { edits = [], ...remedy } = finding.remedy
  const actions = edits.map(({ file: _, ...edit }): Action => ({ kind: 'edit', file: `/${path}`, edit }))
  const whole = { ...finding, remedy: { ...remedy, actions } }
  const count = (choice: Parameters<typeof chosen>[1]) =>
    chosen(whole, choice).flatMap(each => each.remedy.actions ?? []).length
  return [count({}), count({ only: [name] })]
}

test.each([
  ['a second source', 'server a.example iburst\n', 'single-source', [0, 1]],
  [
    'a server beside the clock of the host',
    'refclock PHC /dev/ptp_hyperv\n',
    'host-clock-not-validated',
    [0, 1],
  ],
  // Nobody has to be named for that.
  ['a vote for the network', 'refclock PHC /dev/ptp_hyperv trust\n', 'host-clock-not-validated', [1, 1]],
])('whom to ask is not written unless it is named: %s', (_, text, name, expected) =>
  expect(taken(text, name)).toEqual(expected),
)

test('whom a misspelt line names was named', () =>
  expect(taken('tinker panic 0\nsever a.example\n', 'no-source', 'etc/ntp.conf')).toEqual([1, 1]))
