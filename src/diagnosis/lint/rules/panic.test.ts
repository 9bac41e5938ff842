/** ntpd 4.2.4 obeys its file line by line: what matters is what stands above the line that takes the threshold away. */
import { describe, expect, test } from 'vitest'
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

describe('ntpd that systemd starts again when it has ended', () => {
  const conf = { path: '/etc/ntp.conf', text: 'driftfile /var/lib/ntp/drift\nserver a.example\n' }
  const told = (unit: string, dropIn = '') =>
    lint(
      [
        conf,
        { path: '/usr/lib/systemd/system/ntpd.service', text: `[Service]\n${unit}\n` },
        { path: '/etc/systemd/system/ntpd.service.d/restart.conf', text: `[Service]\n${dropIn}\n` },
      ],
      { hypervisor: 'vmware' },
    ).find(({ name }) => name === 'panic-exit-ahead')!

  test('sets the clock then with -g', () => {
    const { cost, evidence } = told('ExecStart=/usr/sbin/ntpd -g\nRestart=always')
    expect(cost).toMatch(/Restart=always.*with `-g` it sets the clock then/)
    expect(evidence.at(-1)).toMatchObject({ path: '/usr/lib/systemd/system/ntpd.service', line: 3 })
  })
  test('and without it ends again, and again', () =>
    expect(told('ExecStart=/usr/sbin/ntpd', 'Restart=on-failure').cost).toMatch(/without `-g` it ends again/))
  test.each(['', 'Restart=on-abort', 'Restart=always\nRestart=no'])('not with %j', restart =>
    expect(told(`ExecStart=/usr/sbin/ntpd -g\n${restart}`).cost).toMatch(
      /nobody keeps the clock any more\.$/,
    ),
  )
  test('as the unit of a machine says', () => {
    const restart = { value: 'on-failure', evidence: [{ path: '/u', line: 2, text: 'Restart=on-failure' }] }
    const about = { daemons: [{ name: 'ntpd' as const, unit: { name: 'ntpd.service', restart } }] }
    expect(lint([conf], about).find(({ name }) => name === 'panic-exit-ahead')?.cost).toContain('on-failure')
  })
})
