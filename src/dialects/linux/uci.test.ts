import { expect, test } from 'vitest'
import { isUciFalse, parseUci } from './uci.ts'

test('options and lists, with the section that they are of', () => {
  const text = `# of the owner
config system
	option hostname OpenWrt

config timeserver 'ntp'
	option enabled "0"
	list server '0.openwrt.pool.ntp.org'
	option
`
  expect(parseUci(text)).toMatchObject([
    { line: 3, type: 'system', section: undefined, kind: 'option', name: 'hostname', value: 'OpenWrt' },
    { line: 6, type: 'timeserver', section: 'ntp', kind: 'option', name: 'enabled', value: '0' },
    { line: 7, kind: 'list', name: 'server', value: '0.openwrt.pool.ntp.org' },
  ])
})

test('what is off', () => {
  expect(['0', 'off', 'disabled', '1', 'on', ''].map(isUciFalse)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})
