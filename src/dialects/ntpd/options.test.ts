import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'

const read = (line: string) => parseOptions(line.split(' '))

test('options alone, together, with their values, by their long names', () => {
  expect(read('-g -x -N')).toMatchObject({ allowPanic: true, slew: true, quit: false })
  expect(read('-gnq')).toMatchObject({ allowPanic: true, quit: true, forceStep: false })
  expect(read('-G -c/etc/my.conf -f /drift -I eth0 -I eth1')).toMatchObject({
    forceStep: true,
    config: '/etc/my.conf',
    driftfile: '/drift',
    interfaces: ['eth0', 'eth1'],
  })
  expect(read('--panicgate --slew --configfile=/c --interface lo')).toMatchObject({
    allowPanic: true,
    slew: true,
    config: '/c',
    interfaces: ['lo'],
  })
})

test('long names that say nothing of the clock are known, too', () => {
  expect(read('--ipv4 --user=ntp:ntp --statsdir /var/log --wait-sync 5 --quit')).toMatchObject({
    quit: true,
    notUnderstood: [],
  })
})

test('-u takes the next word, so that ntp:ntp is no option', () => {
  expect(read('-u ntp:ntp -p /var/run/ntpd.pid -g')).toMatchObject({ allowPanic: true, notUnderstood: [] })
})

test('what is not understood is kept', () => {
  expect(read('-Z --frob -g').notUnderstood).toEqual(['-Z', '--frob'])
  expect(read('-gX --frobnicate word').notUnderstood).toEqual(['-X', '--frobnicate', 'word'])
})
