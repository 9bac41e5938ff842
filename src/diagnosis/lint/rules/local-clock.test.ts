import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

test('a `fudge` of another unit says nothing of the stratum, and goes with the rest', () => {
  const told = (unit: string) =>
    lint([{ path: 'etc/ntp.conf', text: `server 127.127.1.0\nfudge 127.127.1.${unit} stratum 12\n` }]).find(
      ({ name }) => name === 'local-clock',
    )!
  expect(told('0').measures.stratum).toBe(12)
  // Driver 1 by itself.
  expect(told('1')).toMatchObject({ measures: { stratum: 5 }, evidence: [{ line: 1 }] })
  expect(told('1').remedy.edits).toHaveLength(2)
})

test.each([
  ['pool ntp.example iburst\nserver 127.127.1.0 prefer\nfudge 127.127.1.0 stratum 0\n', 'critical'],
  ['pool ntp.example iburst\nserver 127.127.1.0\n', 'warning'],
  // There is nobody else to follow.
  ['server 127.127.1.0 prefer\n', 'warning'],
  ['pool ntp.example iburst noselect\nserver 127.127.1.0 prefer\n', 'warning'],
  ['pool ntp.example iburst\nserver 127.127.1.0 prefer noselect\n', undefined],
])('%j: `prefer` makes of a last resort what is followed', (text, severity) => {
  const finding = lint([{ path: 'etc/ntp.conf', text }]).find(({ name }) => name === 'local-clock')
  expect(finding?.severity).toBe(severity)
  if (severity === 'critical') {
    expect(finding?.what).toContain('ntpd follows itself')
    expect(finding?.what).toContain('stratum 1')
    expect(finding?.remedy.edits).toHaveLength(2)
  }
})
