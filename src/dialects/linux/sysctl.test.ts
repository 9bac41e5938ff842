import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dotted, parseSysctl, procPath } from './sysctl.ts'

it('reads what report 000 writes, with either separator, and says what it does not understand', () => {
  const { lines, notUnderstood } = parseSysctl(
    [
      '# Controls IP packet forwarding',
      '  ; another comment',
      'xen.independent_wallclock=1',
      '-xen/independent_wallclock = 0  ',
      'net/ipv4/conf/eth0.7/forwarding = 1',
      '-net.ipv4.conf.all.*',
      'kernel.sysrq',
      ' = 5',
      '',
    ].join('\n'),
  )
  expect(lines.map(({ line, name, value }) => [line, name, value])).toEqual([
    [3, 'xen.independent_wallclock', '1'],
    [4, 'xen.independent_wallclock', '0'],
    [5, 'net.ipv4.conf.eth0/7.forwarding', '1'],
  ])
  expect(notUnderstood.map(({ line }) => line)).toEqual([7, 8])
})

it('knows where the kernel keeps a value', () => {
  expect(procPath('xen.independent_wallclock')).toBe('/proc/sys/xen/independent_wallclock')
  expect(procPath('net.ipv4.conf.eth0/7.forwarding')).toBe('/proc/sys/net/ipv4/conf/eth0.7/forwarding')
})

it('never throws, and names are dotted once and for all', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), text => {
      for (const { name } of parseSysctl(text).lines)
        expect(name === dotted(name) || name.includes('/')).toBe(true)
    }),
  )
})
