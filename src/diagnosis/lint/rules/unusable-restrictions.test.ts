import { expect, test } from 'vitest'
import { withEdits } from '../../../../test/support/edits.ts'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'

const NTPSEC: About = { daemons: [{ name: 'ntpsec', version: '1.2.2' }] }
const found = (text: string, about: About = {}) => lint([{ path: 'etc/ntp.conf', text }], about)
const told = (line: string, about?: About) =>
  found(`restrict default nomodify\n${line}\n`, about)
    .filter(({ name, evidence }) => name === 'wrong-values' && evidence[0]?.line === 2)
    .map(({ severity, remedy }) => `${severity} ${remedy.edits?.[0]?.text ?? ''}`.trim())

test.each([
  ['restrict 10.0.0.0/24 nomodify', 'restrict 10.0.0.0 mask 255.255.255.0 nomodify'],
  ['restrict 192.168.1.* nomodify', 'restrict 192.168.1.0 mask 255.255.255.0 nomodify'],
  ['restrict -4 10.0.0.0/8', 'restrict -4 10.0.0.0 mask 255.0.0.0'],
  ['restrict 2001:db8::/36 nomodify', 'restrict 2001:db8:: mask ffff:ffff:f000:: nomodify'],
  ['restrict 10.0.0.0/24 mask 255.255.255.0 nomodify', 'restrict 10.0.0.0 mask 255.255.255.0 nomodify'],
  ['restrict 300.0.0.1 nomodify', ''],
  ['restrict ntp.example/24 nomodify', ''],
  ['restrict 10.0.0.0/33', ''],
  ['restrict 10.0.0.0 mask 255.255.256.0', ''],
])('%j is dropped by classic ntpd; %j is meant', (line, meant) => {
  expect(told(line)).toEqual([`warning ${meant}`.trim()])
  expect(told(line, NTPSEC)).toEqual([])
})

test.each([
  'restrict 10.0.0.0 mask 255.255.255.0 nomodify',
  'restrict -6 ::1',
  'restrict ntp.example nomodify',
  'restrict 127.0.0.1',
  'restrict source nomodify',
  'restrict {{ network }}/24 nomodify',
  '#restrict 10.0.0.0/24',
])('%j is taken', line => expect(told(line)).toEqual([]))

test('the servers that such an exception was for are not heard, and are when it is put right', () => {
  const text = 'server 10.0.0.1\nrestrict default ignore\nrestrict 10.0.0.0/24 nomodify notrap noquery\n'
  expect(found(text).find(({ name }) => name === 'restrict-drops-answers')?.severity).toBe('critical')
  const { remedy } = found(text).find(({ name }) => name === 'wrong-values')!
  const mended = withEdits([{ path: 'etc/ntp.conf', text }], remedy.edits!)[0]!.text
  expect(found(mended).some(({ name }) => name === 'restrict-drops-answers')).toBe(false)
})
