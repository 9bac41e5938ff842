import { describe, expect, test } from 'vitest'
import { withEdits } from '../../../../test/support/edits.ts'
import type { Finding } from '../../finding.ts'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'

const GUEST: About = {
  hypervisor: 'xen-pv',
  kernel: '2.6.18-398.el5xen',
  daemons: [{ name: 'ntpd', version: '4.2.2p1' }],
}
const NTP = { path: 'etc/ntp.conf', text: 'server 192.0.2.1 iburst\n' }
const SYSCTL = { path: 'etc/sysctl.conf', text: 'kernel.sysrq = 0\n' }
const menu = (words: string) => ({
  path: 'boot/grub/grub.conf',
  text: `default=0\ntitle CentOS\n\tkernel /vmlinuz-2.6.18-398.el5xen ro ${words}\n`,
})
const wallclock = (files: Parameters<typeof lint>[0], about = GUEST) =>
  lint(files, about).filter(({ name }) => name.startsWith('wallclock-'))

const mended = (files: Parameters<typeof lint>[0], findings: readonly Finding[]) =>
  withEdits(
    files,
    findings.flatMap(({ remedy }) => remedy.edits ?? []),
  )

describe('a classic Xen guest', () => {
  test('follows its host where nothing is set, which one line mends', () => {
    const files = [NTP, SYSCTL, menu('console=xvc0')]
    const findings = wallclock(files)
    expect(findings).toMatchObject([{ name: 'wallclock-follows-host', severity: 'critical' }])
    expect(findings[0]!.evidence[0]).toMatchObject({ file: 1, line: 1, text: 'kernel.sysrq = 0' })
    expect(wallclock(mended(files, findings))).toEqual([])
  })
  test.each(['independent_wallclock=1', 'independent_wallclock'])('is told so by its kernel line: %s', word =>
    expect(wallclock([NTP, SYSCTL, menu(word)])).toEqual([]),
  )
  test('is told otherwise by a file, which comes later', () =>
    expect(
      wallclock([
        NTP,
        menu('independent_wallclock=1'),
        { ...SYSCTL, text: 'xen.independent_wallclock = 0\n' },
      ]),
    ).toMatchObject([{ name: 'wallclock-follows-host' }]))
  test.each<[string, Parameters<typeof lint>[0], About]>([
    ['the files of sysctl are not here', [NTP, menu('')], GUEST],
    ['its kernel has no such switch', [NTP, SYSCTL], { ...GUEST, kernel: '2.6.32-754.el6.x86_64' }],
    [
      "Debian's kernel of that name is Linux's own",
      [NTP, SYSCTL],
      { ...GUEST, kernel: '2.6.32-5-xen-amd64' },
    ],
    ['it is the control domain', [NTP, SYSCTL], { ...GUEST, hypervisor: 'none' }],
  ])('of which nothing is said: %s', (_, files, about) => expect(wallclock(files, about)).toEqual([]))
})

test('where there is no such switch the word goes, and not the line of the kernel', () => {
  const files = [NTP, menu('independent_wallclock=1 quiet')]
  const findings = wallclock(files, { hypervisor: 'xen-hvm' })
  expect(findings).toMatchObject([{ name: 'wallclock-not-here' }])
  expect(mended(files, findings)[1]!.text).toBe(menu('quiet').text)
})
