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

describe('a kernel that has no such switch', () => {
  const grub = (xen: string, linux: string) => ({
    path: 'boot/grub/grub.cfg',
    text: `menuentry 'Xen' {\n\tmultiboot2 /boot/xen-4.14-amd64.gz placeholder${xen}\n\tmodule2 /boot/vmlinuz-5.10.0-20-amd64 placeholder ro${linux}\n}\n`,
  })
  const about: About = { hypervisor: 'none', daemons: [{ name: 'chronyd', version: '4.3' }] }
  const word = ' independent_wallclock=1'

  test('is not given it from the line of Xen', () => {
    const files = [grub(` dom0_mem=1G${word}`, '')]
    const findings = lint(files, about)
    expect(findings.map(({ name }) => name)).toEqual(['options-on-hypervisor-line'])
    expect(mended(files, findings)).toMatchObject([grub(' dom0_mem=1G', '')])
  })

  test('is told by its own image, whatever runs', () => {
    const files = [grub('', word)]
    for (const kernel of [undefined, '2.6.18-398.el5xen']) {
      const findings = wallclock(files, { ...about, kernel })
      expect(findings.map(({ what }) => what)).toEqual([
        '5.10.0-20-amd64 has no switch `xen.independent_wallclock`: from 3.0 on the clock of a guest is always its own.',
      ])
      expect(mended(files, findings)).toMatchObject([grub('', '')])
    }
  })

  test('of several lines all go', () => {
    const files = [
      { ...SYSCTL, text: 'xen.independent_wallclock = 1\na.b = 1\nxen.independent_wallclock = 0\n' },
    ]
    const findings = wallclock(files, { ...about, kernel: '5.10.0-20-amd64' })
    expect(findings).toHaveLength(1)
    expect(mended(files, findings)).toMatchObject([{ text: 'a.b = 1\n' }])
  })
})

test('a comment behind the value gets a line of its own, and the value is what it is to be', () => {
  const conf = (text: string) => [NTP, { ...SYSCTL, text }]
  const files = conf('xen.independent_wallclock=0 # no\n')
  const findings = lint(files, GUEST).filter(({ name }) => name === 'wrong-values')
  expect(findings).toHaveLength(1)
  const after = mended(files, findings)
  expect(after[1]!.text).toBe('# no\nxen.independent_wallclock=1\n')
  expect(wallclock(after)).toEqual([])
  expect(
    mended(
      conf('xen.independent_wallclock = 1 ; yes\r\n'),
      lint(conf('xen.independent_wallclock = 1 ; yes\r\n'), GUEST),
    )[1]!.text,
  ).toBe('; yes\r\nxen.independent_wallclock = 1\r\n')
})
