import { describe, expect, test } from 'vitest'
import { lint } from './lint/lint.ts'
import { wordsToEnable, wordsToStart, wordsToStop } from './service-words.ts'

const service = (name: string, unit: string) => ({
  name,
  unit: { name: unit, files: [], starts: undefined, conditions: [], conflicts: [] },
})

describe('what a person types', () => {
  test('for a unit of systemd', () => {
    expect(wordsToStart(service('chronyd', 'chrony.service'), false)).toEqual([
      'systemctl enable --now chrony.service',
    ])
    expect(wordsToStart(service('chronyd', 'chrony.service'), true)).toEqual([
      'systemctl start chrony.service',
    ])
    expect(wordsToStop({ name: 'ntpd', unit: undefined })).toEqual(['systemctl disable --now ntpd'])
  })

  test('for a unit that somebody masked', () => {
    const masked = (link: string, wanted: boolean) => {
      const { name, unit } = service('chronyd', 'chronyd.service')
      return wordsToStart({ name, unit: { ...unit, mask: { link, wanted } } }, false)
    }
    expect(masked('/etc/systemd/system/chronyd.service', false)).toEqual([
      'systemctl unmask chronyd.service',
      'systemctl enable --now chronyd.service',
    ])
    expect(masked('/run/systemd/system/chronyd.service', true)).toEqual([
      'systemctl unmask --runtime chronyd.service',
      'systemctl start chronyd.service',
    ])
  })

  test('for a script of another init, now and for the next boot', () => {
    expect(wordsToStart(service('ntpd', '/etc/init.d/ntp'), true)).toEqual(['service ntp start'])
    expect(wordsToStop(service('ntpd', '/etc/init.d/ntp'))).toEqual([
      'service ntp stop',
      'chkconfig ntp off   (Debian: update-rc.d ntp disable; OpenRC: rc-update del ntp)',
    ])
  })

  test('what a runlevel of OpenRC starts', () => {
    const enabled = { value: true, evidence: [{ path: '/etc/runlevels/default/chronyd', text: '→ …' }] }
    const chronyd = { ...service('chronyd', '/etc/init.d/chronyd'), enabled }
    expect(wordsToStart(chronyd, true)).toEqual(['rc-service chronyd start'])
    expect(wordsToStop(chronyd)).toEqual(['rc-service chronyd stop', 'rc-update del chronyd'])
  })

  test('of OpenRC what no runlevel starts', () => {
    const enabled = { value: false, evidence: [{ path: '/etc/runlevels', text: 'no runlevel …' }] }
    const ntpd = { ...service('busybox-ntpd', '/etc/init.d/ntpd'), enabled }
    expect(wordsToStart(ntpd, false)).toEqual(['rc-service ntpd start', 'rc-update add ntpd'])
  })

  test.each(['/etc/rc.d', '/etc/rc.d/S98sysntpd'])('of OpenWrt, by %s', path => {
    const enabled = { value: path !== '/etc/rc.d', evidence: [{ path, text: '' }] }
    const ntpd = { ...service('busybox-ntpd', '/etc/init.d/sysntpd'), enabled }
    expect(wordsToStart(ntpd, false)).toEqual(['/etc/init.d/sysntpd start', '/etc/init.d/sysntpd enable'])
    expect(wordsToStop(ntpd)).toEqual(['/etc/init.d/sysntpd stop', '/etc/init.d/sysntpd disable'])
  })

  test('of Red Hat, whose links lie one folder deeper', () => {
    const enabled = { value: true, evidence: [{ path: '/etc/rc.d/rc3.d/S58ntpd', text: '' }] }
    expect(wordsToStop({ ...service('ntpd', '/etc/init.d/ntpd'), enabled })[0]).toBe('service ntpd stop')
  })
})

test('the linter says it in the same words, of every daemon but the one that stays', () => {
  const files = [
    { path: 'etc/chrony.conf', text: 'pool pool.ntp.org iburst\n' },
    { path: 'etc/ntp.conf', text: 'pool pool.ntp.org iburst\n' },
    { path: 'etc/openntpd/ntpd.conf', text: 'servers pool.ntp.org\n' },
  ]
  const changes = (about: Parameters<typeof lint>[1]) =>
    lint(files, about).find(({ name }) => name === 'two-daemons')?.remedy.changes
  expect(changes({})).toEqual(['systemctl disable --now chronyd', 'systemctl disable --now openntpd'])
  expect(
    changes({
      daemons: [
        { name: 'ntpd' },
        { name: 'chronyd', unit: { name: '/etc/init.d/chronyd' } },
        { name: 'openntpd' },
      ],
    }),
  ).toContain('service chronyd stop')
})

test('what runs already is not started again', () => {
  expect(wordsToEnable({ name: 'ntpd', unit: { name: '/etc/init.d/ntpd' } }).join()).toMatch(
    /^chkconfig ntpd on/,
  )
  expect(wordsToEnable({ name: 'ntpd', unit: { name: 'ntpd.service' } })).toEqual([
    'systemctl enable --now ntpd.service',
  ])
})
