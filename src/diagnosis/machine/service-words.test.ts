import { describe, expect, test } from 'vitest'
import { wordsToStart, wordsToStop } from './service-words.ts'

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

  test('for a script of another init, now and for the next boot', () => {
    expect(wordsToStart(service('ntpd', '/etc/init.d/ntp'), true)).toEqual(['service ntp start'])
    expect(wordsToStop(service('ntpd', '/etc/init.d/ntp'))).toEqual([
      'service ntp stop',
      'chkconfig ntp off   (Debian: update-rc.d ntp disable; OpenRC: rc-update del ntp)',
    ])
  })
})
