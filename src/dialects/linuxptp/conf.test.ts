import { expect, test } from 'vitest'
import { readPtpConf } from './conf.ts'

test('settings of the whole program, and not those of a port', () => {
  const text = '# ours\n[global]\ntime_stamping\tsoftware\n  domainNumber 24 \n\n[eno1]\nclock_servo ntpshm\n'
  expect(readPtpConf(text)).toEqual([
    { name: 'time_stamping', value: 'software', line: 3, text: 'time_stamping\tsoftware' },
    { name: 'domainNumber', value: '24', line: 4, text: 'domainNumber 24' },
  ])
})
