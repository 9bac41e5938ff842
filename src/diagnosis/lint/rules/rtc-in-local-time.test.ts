import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

test('a .vmx may tell the hardware clock of its guest to be off UTC, as Windows alone expects it', () => {
  const edits = (...lines: string[]) =>
    lint([{ path: 'guest.vmx', text: `config.version = "8"\n${lines.join('\n')}\n` }])
      .filter(({ name }) => name === 'rtc-in-local-time')
      .map(({ remedy }) => remedy.edits?.[0]?.text)
  expect(edits('rtc.diffFromUTC = "3600"')).toEqual(['rtc.diffFromUTC = "0"'])
  expect(edits('rtc.diffFromUTC = "-25200"', 'guestOS = "rhel8-64"')).toEqual(['rtc.diffFromUTC = "0"'])
  expect(edits('rtc.diffFromUTC = "0"')).toEqual([])
  expect(edits('rtc.diffFromUTC = "3600"', 'guestOS = "windows9-64"')).toEqual([])
})

test.each([
  ["<clock offset='localtime'/>", "<clock offset='utc'/>"],
  [
    "<clock offset='variable' adjustment='3600' basis='localtime'/>",
    "<clock offset='variable' adjustment='3600' basis='utc'/>",
  ],
  ["<clock offset='timezone' timezone='Europe/Berlin'/>", "<clock offset='utc'/>"],
  ['<clock timezone="Europe/Berlin" offset="timezone">', '<clock offset="utc">'],
  ["<clock offset='timezone'\n    timezone='Europe/Berlin'/>", undefined],
  ["<clock offset='timezone' timezone='Etc/UTC'/>", undefined],
  ["<clock offset='variable' adjustment='3600' basis='utc'/>", undefined],
  ["<clock offset='variable' adjustment='3600'/>", undefined],
])('of a libvirt domain: %s', (clock, utc) => {
  const [found] = lint([{ path: 'guest.xml', text: `<domain type='kvm'>\n  ${clock}\n</domain>\n` }]).filter(
    ({ name }) => name === 'rtc-in-local-time',
  )
  expect(found?.remedy.edits?.[0]?.text.trim()).toBe(utc)
})

test('the zone of a libvirt clock is told, and Windows has it so', () => {
  const told = (inside: string) =>
    lint([{ path: 'guest.xml', text: `<domain type='kvm'>\n${inside}\n</domain>\n` }])
      .filter(({ name }) => name === 'rtc-in-local-time')
      .map(({ what }) => what)
  const clock = "<clock offset='timezone' timezone='Europe/Berlin'/>"
  expect(told(clock)).toEqual([expect.stringContaining('local time of Europe/Berlin')])
  expect(told(`<features><hyperv/></features>${clock}`)).toEqual([])
})
