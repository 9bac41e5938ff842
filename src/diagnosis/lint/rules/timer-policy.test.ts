import { expect, test } from 'vitest'
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
