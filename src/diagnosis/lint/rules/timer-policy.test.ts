import { expect, test } from 'vitest'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'

const told = (timer: string) =>
  lint([
    {
      path: 'guest.xml',
      text: `<domain type='kvm'>\n<clock offset='utc'>\n${timer}\n</clock>\n</domain>\n`,
    },
  ])
    .filter(({ name }) => name === 'timer-policy')
    .map(({ severity, remedy }) => `${severity} ${remedy.edits?.[0]?.text}`)

test.each([
  ['2600', '2600000000'],
  ['2600000', '2600000000'],
])('the frequency of a TSC is in hertz, and %s is no such', (given, meant) => {
  expect(told(`<timer name='tsc' frequency='${given}'/>`)).toEqual([
    `warning <timer name='tsc' frequency='${meant}'/>`,
  ])
})

test('what a processor counts is let alone', () => {
  expect(told("<timer name='tsc' frequency='2600000000'/>")).toEqual([])
  expect(told("<timer name='tsc' frequency='fast'/>")).toEqual([])
})

test('timers that stand on one line are each put right in one go', () => {
  const timers = (kvmclock: string, pit: string, rtc: string, track: string) =>
    `<domain type='kvm'>\n  <clock offset='utc'><timer name='kvmclock' present='${kvmclock}'/><timer name='pit' tickpolicy='${pit}'/><timer tickpolicy='${rtc}' track='${track}' name='rtc'/></clock>\n</domain>\n`
  const text = timers('no', 'discard', 'discard', 'guest')
  const { text: after, refused } = mergeEdits(
    text,
    lint([{ path: 'guest.xml', text }]).map(({ remedy }) => remedy.edits ?? []),
  )
  expect(refused).toEqual([])
  expect(after).toBe(timers('yes', 'delay', 'catchup', 'wall'))
})

test.each([
  ["<clock offset='absolute' start='1700000000'/>", "warning <clock offset='utc'/>"],
  ['<clock start="1700000000" offset="absolute">', 'warning <clock offset="utc">'],
  ["<clock offset='absolute'\n  start='1700000000'/>", 'warning undefined'],
])('a guest whose clock begins at one time at each start: %s', (clock, remedy) => {
  const end = clock.endsWith('/>') ? '' : '</clock>'
  expect(
    lint([{ path: 'guest.xml', text: `<domain type='kvm'>\n${clock}\n${end}</domain>\n` }])
      .filter(({ name }) => name === 'timer-policy')
      .map(({ severity, remedy }) => `${severity} ${remedy.edits?.[0]?.text}`),
  ).toEqual([remedy])
})
