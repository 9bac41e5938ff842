import { expect, test } from 'vitest'
import { configuredPlayer } from './configured.ts'
import { withoutUnplayable } from './left-out.ts'

test.each([
  ['ntpd-4.2.8p15', '-g', 'server 192.0.2.1\nserver 127.127.20.0\nincludefile /etc/more\nfrobnicate yes\n'],
  ['chrony', '', 'server 192.0.2.1\nrefclock PHC /dev/ptp0\ninclude /etc/more\nfrobnicate yes\n'],
])('%s: what is played stays, and nothing is left to be complained of', (daemon, options, text) => {
  const said = { name: 'a.conf', daemon, options }
  expect(configuredPlayer({ ...said, text })!.notes).toHaveLength(3)
  const kept = withoutUnplayable({ ...said, text })
  expect(configuredPlayer({ ...said, text: kept })!.notes).toEqual([])
  expect(kept.split('\n')[0]).toBe('server 192.0.2.1')
  expect(kept.split('\n')).toHaveLength(5)
})
