import { expect, test } from 'vitest'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'

const costIn = (version: string, line: string) =>
  lint([{ path: 'etc/ntp.conf', text: `server a.example iburst\n${line}\n` }], {
    daemons: [{ name: 'ntpd', version }],
  }).find(({ name }) => name === 'not-in-this-version')?.cost

test('what ntpd takes for the name of a host is no error of syntax', () => {
  const line = 'restrict source nomodify notrap noquery'
  expect(costIn('4.2.6p5', line)).toMatch(/^ntpd takes `source` for the name of a host/)
  expect(costIn('4.2.8p10', line)).toBeUndefined()
  expect(costIn('4.2.6p5', 'restrict default noepeer')).toMatch(/"syntax error"/)
})

test('a sentence behind a server is one mistake, and what is misspelt beside it another', () => {
  const told = (line: string) =>
    lint([{ path: 'etc/ntp.conf', text: `${line}\n` }])
      .filter(({ name }) => /unknown-option|misspelt/.test(name))
      .map(({ name, what }) => `${name} ${what}`)
  expect(told('server a.example (the ip of our master)')).toEqual([
    'unknown-option `server` has no option `(the ip of our master)`.',
  ])
  expect(told('server a.example foo bar')).toHaveLength(2)
  expect(told('server a.example ibrust the ip of')).toEqual([
    expect.stringMatching(/^misspelt .*`iburst` was meant/),
    'unknown-option `server` has no option `the ip of`.',
  ])
})

test('of several words on one line what is shown is the line with all of them put right', () => {
  const text = 'restrict 192.0.2.1 [nomodify notrap noquery]\n'
  const misspelt = lint([{ path: 'etc/ntp.conf', text }]).filter(({ name }) => name === 'misspelt')
  expect(misspelt.map(({ remedy }) => remedy.changes)).toEqual([
    ['restrict 192.0.2.1 nomodify notrap noquery'],
    ['restrict 192.0.2.1 nomodify notrap noquery'],
  ])
})

test.each([
  ['restrict 192.168.1.0 255.255.255.0', 'restrict 192.168.1.0 mask 255.255.255.0'],
  ['restrict 10.0.0.0 255.0.0.0 nomodify notrap', 'restrict 10.0.0.0 mask 255.0.0.0 nomodify notrap'],
  ['restrict 192.168.1.0 192.168.1.7', undefined],
  ['restrict 192.168.1.0 mask 255.255.255.0', undefined],
])('%j: the word before a mask is offered', (line, meant) => {
  const text = `${line}\n`
  const [finding] = lint([{ path: 'etc/ntp.conf', text }]).filter(({ name }) => name === 'unknown-option')
  expect(finding?.remedy.changes[0]).toBe(meant)
  if (meant) expect(mergeEdits(text, [finding!.remedy.edits!]).text).toBe(`${meant}\n`)
})
