import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Files } from '#core/guest/files.ts'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import { lintMachine } from '#diagnosis/machine/configuration.ts'
import { cli } from '../../../test/support/cli.ts'
import { Complaint } from '../cli/complain.ts'
import { archiveOf, collect } from './collect.ts'
import { openMachine } from './open.ts'
import { directoryMember, fileMember, linkMember, TAR_END } from './write-tar.ts'

let scratch: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'clockwright-collect-'))
})
afterEach(() => rmSync(scratch, { recursive: true }))

const LONG = `/etc/${'d'.repeat(80)}/${'f'.repeat(60)}.conf`
const files = () =>
  memoryFiles({
    'etc/hostname': 'web1\n',
    'etc/chrony.conf': `server ntp.example\nkeyfile /etc/chrony.keys\ninclude /etc/chrony.keys\ninclude ${LONG}\n`,
    [LONG]: 'makestep 1 3\n# password=hunter2\n',
    'etc/chrony.keys': '1 MD5 opensesame\n',
    'etc/ntp.conf': 'crypto pw opensesame\nserver ntp.example key 1\n',
    'etc/localtime': { link: `/usr/share/zoneinfo/${'x'.repeat(120)}` },
    'usr/sbin/chronyd': 'a program',
    'usr/sbin/ntpd': 'a program',
    'boot/grub/grub.conf': 'password --md5 opensesame\ntitle a\nkernel /vmlinuz-2.6.18 ro\n',
    'proc/1/environ': 'PATH=/bin\0TOKEN=opensesame\0container=lxc\0',
    'proc/cmdline': 'ro iscsi_password=opensesame https://user:opensesame@host/ks quiet\n',
    'var/lib/dpkg/status':
      'Package: nginx\nStatus: install ok installed\nVersion: 1\n\nPackage: chrony\nStatus: install ok installed\nVersion: 4.3-2\nMaintainer: somebody\n',
  })

describe('a copy', () => {
  it('holds what was read, without secrets, and what was only looked for as empty', () => {
    const { members, left } = collect(files())
    const all = archiveOf({ members, left, unread: [] }, 'web1').toString('latin1')
    expect(all).not.toMatch(/opensesame|hunter2|nginx|somebody|a program/)
    expect(all).toContain('server ntp.example')
    expect(left).toEqual(['/etc/chrony.keys'])
    expect(members.find(({ path }) => path === '/usr/sbin/ntpd')?.what).toBe('there')
    expect(members.map(({ path }) => path)).toEqual(members.map(({ path }) => path).sort())
  })

  it('holds what the links of SysV init lead to, by whatever way the script was found', async () => {
    const disk = memoryFiles({
      'usr/sbin/ntpd': '',
      'etc/ntp.conf': 'server ntp.example\n',
      'etc/init.d': { link: 'rc.d/init.d' },
      'etc/rc.d/init.d/ntpd': '#!/bin/sh\n',
      'etc/rc.d/rc3.d/S58ntpd': { link: '../init.d/ntpd' },
    })
    const path = join(scratch, 'sysv.tar.gz')
    writeFileSync(path, gzipSync(archiveOf(collect(disk), 'web1')))
    const enabled = takeInventory(disk).daemons.map(each => each.enabled)
    expect(enabled).toMatchObject([{ value: true }])
    expect(takeInventory(await openMachine(path)).daemons.map(each => each.enabled)).toEqual(enabled)
  })

  it.each<[what: string, members: Readonly<Record<string, Member>>]>([
    [
      'that nothing starts a unit',
      {
        'usr/lib/systemd/system/systemd-timesyncd.service':
          '[Service]\nExecStart=!!/lib/systemd/systemd-timesyncd\n',
        'usr/lib/systemd/systemd-timesyncd': '',
        'etc/systemd/system/multi-user.target.wants/cron.service': {
          link: '/lib/systemd/system/cron.service',
        },
      },
    ],
    [
      'that a folder for links of units is there, and empty',
      {
        'usr/lib/systemd/system/systemd-timesyncd.service':
          '[Service]\nExecStart=!!/lib/systemd/systemd-timesyncd\n',
        'usr/lib/systemd/systemd-timesyncd': '',
        'etc/systemd/system/multi-user.target.wants': { directory: true },
      },
    ],
    [
      'which units exclude each other',
      {
        'usr/sbin/chronyd': '',
        'usr/sbin/ntpd': '',
        'usr/lib/systemd/system/chronyd.service':
          '[Unit]\nConflicts=systemd-timesyncd.service ntpd.service\n[Service]\nExecStart=/usr/sbin/chronyd\n',
        'usr/lib/systemd/system/ntpd.service': '[Service]\nExecStart=/usr/sbin/ntpd -u ntp:ntp\n',
      },
    ],
    [
      'which unit of the owner starts another',
      {
        'usr/sbin/chronyd': '',
        'usr/lib/systemd/system/chronyd.service': '[Service]\nExecStart=/usr/sbin/chronyd\n',
        'etc/systemd/system/ours.service':
          '[Unit]\nRequires=chronyd.service\n[Service]\nExecStart=/opt/ours\n',
      },
    ],
    [
      'what starts the clock once',
      {
        'usr/sbin/ntpdate': '',
        'usr/lib/systemd/system/ntpdate.service':
          '[Service]\nType=oneshot\nExecStart=/usr/libexec/ntpdate-wrapper\n',
        'etc/systemd/system/multi-user.target.wants/ntpdate.service': {
          link: '/usr/lib/systemd/system/ntpdate.service',
        },
      },
    ],
    [
      'what a link of OpenWrt starts',
      {
        'usr/sbin/ntpd': { link: '../../bin/busybox' },
        'bin/busybox': '',
        'etc/init.d/sysntpd': '#!/bin/sh /etc/rc.common\nSTART=98\n',
        'etc/rc.d/S98sysntpd': { link: '../init.d/sysntpd' },
      },
    ],
  ])('says %s', async (_, members) => {
    const disk = memoryFiles({ 'etc/hostname': 'web1\n', ...members })
    const path = join(scratch, 'a.tar.gz')
    writeFileSync(path, gzipSync(archiveOf(collect(disk), 'web1')))
    const said = (files: Files) =>
      takeInventory(files).daemons.map(({ name, enabled, unit }) => [
        name,
        enabled?.value,
        unit?.conflicts.map(({ value }) => value),
      ])
    const before = said(disk)
    expect(before).not.toEqual([])
    expect(said(await openMachine(path))).toEqual(before)
  })

  it('has of the guests of a host their clocks, and nothing else of them', async () => {
    const domain = `<domain type='kvm'>
  <name>web1</name>
  <!-- <clock offset='utc'/> -->
  <clock offset="localtime"><timer name="rtc" tickpolicy="catchup"/></clock>
  <devices><graphics type='vnc' passwd='opensesame'/><interface><mac address='52:54:00:00:00:01'/></interface></devices>
</domain>
`
    const host = { 'etc/hostname': 'host1\n', 'etc/libvirt/qemu/web1.xml': domain }
    const path = join(scratch, 'a.tar')
    writeFileSync(path, archiveOf(collect(memoryFiles(host)), 'host1'))
    const copy = await openMachine(path)
    expect(copy.text('/etc/libvirt/qemu/web1.xml')).not.toMatch(/opensesame|web1|52:54/)
    for (const files of [memoryFiles(host), copy])
      expect(lintMachine(takeInventory(files), files)).toMatchObject([
        {
          name: 'rtc-in-local-time',
          severity: 'note',
          evidence: [{ path: '/etc/libvirt/qemu/web1.xml', line: 4 }],
          remedy: { actions: [] },
        },
      ])
  })

  it('says what may be run, packed and unpacked', async () => {
    const root = join(scratch, 'disk')
    mkdirSync(join(root, 'etc/cron.daily'), { recursive: true })
    mkdirSync(join(root, 'clockwright'))
    writeFileSync(join(root, 'clockwright/readings.json'), '{}\n')
    writeFileSync(join(root, 'etc/cron.daily/dead'), '#!/bin/sh\nntpdate a\n', { mode: 0o644 })
    writeFileSync(join(root, 'etc/cron.daily/time'), '#!/bin/sh\nntpdate a\n', { mode: 0o755 })
    const path = join(scratch, 'a.tar')
    writeFileSync(path, archiveOf(collect(await openMachine(root)), 'web1'))
    execFileSync('tar', ['xf', path, '-C', scratch])
    for (const copy of [root, path, join(scratch, 'web1')]) {
      const jobs = takeInventory(await openMachine(copy)).jobs.map(({ name }) => name)
      expect(jobs).toEqual(['/etc/cron.daily/time'])
    }
  })

  it('is a tar archive for everybody, long names too, and the same each time', async () => {
    const packed = gzipSync(archiveOf(collect(files()), 'web1'))
    expect(packed).toEqual(gzipSync(archiveOf(collect(files()), 'web1')))
    const path = join(scratch, 'a.tar.gz')
    writeFileSync(path, packed)
    execFileSync('tar', ['xzf', path, '-C', scratch])
    expect(readFileSync(join(scratch, 'web1', LONG), 'utf8')).toContain('makestep 1 3')
    const [unpacked, archive] = [await openMachine(scratch), await openMachine(path)]
    for (const copy of [unpacked, archive]) {
      expect(copy.link('/etc/localtime')).toContain('x'.repeat(120))
      const inventory = takeInventory(copy)
      expect(inventory.daemons.map(({ name }) => name)).toEqual(['chronyd', 'ntpd'])
      expect(inventory.daemons[0]!.version?.value).toBe('4.3')
      expect(inventory.container?.value).toBe('lxc')
      expect(inventory.boot.entries).toHaveLength(1)
    }
  })
})

describe('what could not be read', () => {
  it('is that in the copy, too, and not empty', async () => {
    const machine = memoryFiles({
      'etc/hostname': 'web1\n',
      'etc/chrony.conf': { why: 'not-permitted' },
      'usr/sbin/chronyd': 'a program',
      'etc/ntp.conf': 'includefile /etc/ntp.keys\n',
      'etc/ntp.keys': '1 MD5 opensesame\n',
      'usr/sbin/ntpd': 'a program',
    })
    const path = join(scratch, 'a.tar')
    writeFileSync(path, archiveOf(collect(machine), 'web1'))
    execFileSync('tar', ['xf', path, '-C', scratch])
    for (const copy of [await openMachine(path), await openMachine(join(scratch, 'web1'))]) {
      const { daemons } = takeInventory(copy)
      expect(daemons.map(({ name, unreadable }) => [name, unreadable])).toEqual([
        ['chronyd', [{ path: '/etc/chrony.conf', why: 'not-permitted' }]],
        // Keys say nothing of how the clock is kept.
        ['ntpd', []],
      ])
      expect(takeInventory(copy).unread).toContainEqual({ path: '/etc/ntp.keys', why: 'left-out' })
    }
  })
})

describe('an archive from a stranger', () => {
  const write = (bytes: Uint8Array): string => {
    const path = join(scratch, 'stranger')
    writeFileSync(path, bytes)
    return path
  }

  it('names nothing outside itself, and a folder is a folder', async () => {
    const members = [
      ...fileMember('web1/etc/hostname', Buffer.from('web1\n')),
      ...fileMember('web1/../../etc/passwd', Buffer.from('root')),
      ...fileMember('/loose', Buffer.from('root')),
      ...linkMember('web1/etc/chrony.conf', '../../../../../../etc/hostname'),
      ...directoryMember('web1/sos_commands'),
      TAR_END,
    ]
    const files = await openMachine(write(Buffer.concat(members)))
    expect(files.names('/etc')).toEqual(['chrony.conf', 'hostname'])
    expect(files.text('/etc/chrony.conf')).toBe('web1')
    expect(takeInventory(files).copy).toBe('sosreport')
  })

  it('is not led out by the folder that is to be the machine', async () => {
    const [real, copy] = [join(scratch, 'real'), join(scratch, 'copy')]
    mkdirSync(join(real, 'etc'), { recursive: true })
    writeFileSync(join(real, 'etc/hostname'), 'outside')
    // Inside the copy there is such a folder, too; the link means that one.
    mkdirSync(join(copy, real, 'etc'), { recursive: true })
    symlinkSync(real, join(copy, 'machine'))
    await expect(openMachine(copy)).rejects.toThrow('no copy of a machine')
  })

  it('that is no machine, or none with Linux, is refused', async () => {
    const empty = join(scratch, 'empty')
    mkdirSync(join(empty, 'etc'), { recursive: true })
    await expect(openMachine(empty)).rejects.toThrow('no copy of a machine')
    writeFileSync(join(empty, 'basic-environment.txt'), '#==[ Command ]===#\n')
    await expect(openMachine(empty)).rejects.toThrow('nothing is in it that bears on time')
    mkdirSync(join(empty, 'bin'))
    writeFileSync(join(empty, 'bin/freebsd-version'), '')
    writeFileSync(join(empty, 'etc/ntp.conf'), 'pool ntp.example iburst\n')
    await expect(openMachine(empty)).rejects.toThrow('FreeBSD')
    rmSync(join(empty, 'bin'), { recursive: true })
    await expect(openMachine(empty)).resolves.toBeDefined()
    // Without its programs, as people keep their /etc.
    mkdirSync(join(empty, 'boot'))
    writeFileSync(join(empty, 'boot/loader.conf'), 'autoboot_delay="3"\n')
    await expect(openMachine(empty)).rejects.toThrow('FreeBSD')
    expect(await cli(['check', '--root', empty])).toMatchObject({ code: 3 })
  })

  it('that is damaged is refused in a sentence', async () => {
    const packed = gzipSync(archiveOf(collect(files()), 'web1'))
    for (const bytes of [packed.subarray(0, packed.length / 2), Buffer.alloc(0), Buffer.alloc(5000, 'x')])
      await expect(openMachine(write(bytes))).rejects.toThrow(Complaint)
  })

  it('with anything in it is read or refused', async () => {
    const whole = archiveOf(collect(files()), 'web1')
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 40 }), async (at, damage) => {
        const bytes = Buffer.from(whole)
        bytes.set(damage.subarray(0, bytes.length - at), at)
        try {
          takeInventory(await openMachine(write(bytes)))
        } catch (error) {
          expect(error).toBeInstanceOf(Complaint)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('clockwright collect', () => {
  it('writes an archive that clockwright facts reads, and overwrites none', async () => {
    const output = join(scratch, 'this.tar.gz')
    expect(await cli(['collect', '-o', output])).toMatchObject({ code: 0, stdout: '' })
    const facts = JSON.parse((await cli(['facts', '--root', output, '--json'])).stdout)
    expect(facts.copy).toBe('collected')
    expect(facts.kernel.release.value).toBe(takeInventory(await openMachine()).kernel.release?.value)
    const again = await cli(['collect', '-o', output])
    expect(again.code).toBe(3)
    expect(again.stderr).toContain('is there already')
  })

  it('lists what would be in it, and writes nothing', async () => {
    const { code, stdout } = await cli(['collect', '--list'])
    expect(code).toBe(0)
    expect(stdout).toContain('/proc/cmdline\n')
    expect(stdout).not.toMatch(/chrony\.keys|ntp\.keys|shadow/)
  })

  it('says what is no copy of a machine', async () => {
    writeFileSync(join(scratch, 'x'), 'x'.repeat(600))
    for (const [root, why] of [
      [join(scratch, 'nowhere'), 'there is no'],
      [join(scratch, 'x'), 'neither a folder nor an archive'],
    ] as const) {
      const ran = await cli(['facts', '--root', root])
      expect(ran.code).toBe(3)
      expect(ran.stderr).toContain(why)
    }
  })
})

it('holds what sets the clock at the start of the machine, and no other service that was only looked at', () => {
  const service = (name: string, start: string) => ({
    [`etc/systemd/system/${name}.service`]: `[Service]\nExecStart=${start}\n`,
    [`etc/systemd/system/multi-user.target.wants/${name}.service`]: {
      link: `/etc/systemd/system/${name}.service`,
    },
  })
  const { members } = collect(
    memoryFiles({
      ...service('set-clock', '/usr/sbin/ntpdate pool.ntp.org'),
      ...service('other', '/usr/bin/other --key opensesame'),
    }),
  )
  expect(members.map(({ path }) => path).filter(path => path.includes('other'))).toEqual([])
  const path = join(scratch, 'machine.tar')
  writeFileSync(path, archiveOf({ members, left: [], unread: [] }, 'machine'))
  return openMachine(path).then(copy =>
    expect(takeInventory(copy).jobs).toMatchObject([{ name: 'set-clock.service', program: 'ntpdate' }]),
  )
})

it('says whose the folder of statistics was, in which a daemon of another user cannot write', async () => {
  const members = {
    'usr/sbin/ntpd': '',
    'etc/ntp.conf': 'server a\nstatsdir /var/log/ntpstats/\nstatistics loopstats\n',
    'proc/77/comm': 'ntpd\n',
    'proc/77/cmdline': '/usr/sbin/ntpd\0-u\0ntp:ntp\0',
    'proc/77/status': 'Name:\tntpd\nUid:\t38\t38\t38\t38\nGid:\t38\t38\t38\t38\nGroups:\t38\n',
  }
  const roots = new Set(['/', '/var', '/var/log', '/var/log/ntpstats'])
  const copied = async (there: ReadonlySet<string>) => {
    const files = {
      ...memoryFiles(members),
      own: true,
      owner: (path: string) => (there.has(path) ? { uid: 0, gid: 0, mode: 0o755 } : undefined),
    }
    const packed = gzipSync(archiveOf(collect(files), 'machine'))
    const path = join(scratch, 'machine.tar.gz')
    writeFileSync(path, packed)
    return takeInventory(await openMachine(path)).daemons.find(({ name }) => name === 'ntpd')?.cannotWrite
  }
  expect((await copied(roots))?.value).toBe('/var/log/ntpstats is not writable for its user (38)')
  expect((await copied(new Set(['/', '/var', '/var/log'])))?.value).toBe('/var/log/ntpstats is not there')
  // A copy that says nothing of owners is no witness.
  expect(takeInventory(memoryFiles(members)).daemons[0]?.cannotWrite).toBeUndefined()
})
