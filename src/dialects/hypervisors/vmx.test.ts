import { expect, test } from 'vitest'
import { isVmxBoolean, isVmxTrue, parseVmx, vmxValue } from './vmx.ts'

test('keys with their values and lines; the last one counts, in whatever case', () => {
  const conf = parseVmx(
    '.encoding = "UTF-8"\n# a comment\ntools.syncTime = "FALSE"\nTOOLS.SYNCTIME = TRUE\nno value\n',
  )
  expect(conf.lines.map(({ line, key, value }) => [line, key, value])).toEqual([
    [1, '.encoding', 'UTF-8'],
    [3, 'tools.synctime', 'FALSE'],
    [4, 'tools.synctime', 'TRUE'],
  ])
  expect(vmxValue(conf, 'tools.syncTime')?.line).toBe(4)
  expect(conf.notUnderstood.map(({ line }) => line)).toEqual([5])
})

test.each(['TRUE', 'true', '1', 'yes'])('%s is on', value => expect(isVmxTrue(value)).toBe(true))
test.each(['FALSE', '0', 'no'])('%s is off, and a switch', value => {
  expect(isVmxTrue(value)).toBe(false)
  expect(isVmxBoolean(value)).toBe(true)
})
test('a word is no switch', () => expect(isVmxBoolean('maybe')).toBe(false))
