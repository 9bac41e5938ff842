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
