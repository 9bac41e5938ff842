/** ntpd 4.2.4 obeys its file line by line: what matters is what stands above the line that takes the threshold away. */
import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

test.each([
  ['driftfile /var/lib/ntp/drift\nrestrict default kod\ntinker panic 0\nserver a.example\n', 0],
  ['tinker panic 0\nserver a.example\n', 0],
  ['server a.example\ntinker panic 0\nserver b.example\n', 1],
  ['includefile /etc/ntp/servers\ntinker panic 0\n', 1],
])('%j', (text, count) => {
  const about = { daemons: [{ name: 'ntpd' as const, version: '4.2.4p8' }], hypervisor: 'vmware' }
  const found = lint([{ path: 'etc/ntp.conf', text }], about)
  expect(found.filter(({ name }) => name === 'panic-not-first')).toHaveLength(count)
})
