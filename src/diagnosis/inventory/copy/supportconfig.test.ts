/** What supportconfig 3.1 of SLES 12 writes, in short; its layout after supportutils' supportconfig.rc. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { checkMachine } from '../../machine/check.ts'
import { lintMachine } from '../../machine/configuration.ts'
import { takeInventory } from '../inventory.ts'
import { filesOfSupportconfig } from './supportconfig.ts'

const section = (kind: string, title: string, ...lines: readonly string[]): string =>
  [`#==[ ${kind} ]===========================#`, `# ${title}`, ...lines, '', ''].join('\n')
const file = (path: string, ...lines: readonly string[]) => section('Configuration File', path, ...lines)
const printed = (command: string, ...lines: readonly string[]) => section('Command', command, ...lines)

const TEXTS = {
  'basic-environment.txt': [
    '=====\n   Support Utilities - Supportconfig\n=====\n',
    printed(
      '/bin/uname -a',
      'Linux web1 4.12.14-122.37-default #1 SMP Mon Aug 3 06:15:44 UTC 2020 x86_64 GNU/Linux',
    ),
    file('/etc/os-release', 'ID="sles"', 'VERSION_ID="12.5"', 'PRETTY_NAME="SLES 12 SP5"'),
    section('System', 'Virtualization', 'Hypervisor:    VMware (hardware)'),
  ].join('\n'),
  'basic-health-check.txt': printed(
    '/bin/ps axwwo user,pid,ppid,%cpu,%mem,vsz,rss,stat,time,cmd',
    'USER       PID  PPID %CPU %MEM    VSZ   RSS STAT     TIME CMD',
    'root         1     0  0.0  0.2 190916  3784 Ss   00:01:01 /usr/lib/systemd/systemd --system',
    'ntp       1234     1  0.0  0.1  35544  4500 Ss   00:10:00 /usr/sbin/ntpd -g -u ntp:ntp -c /etc/ntp.conf',
  ),
  'ntp.txt': [
    section('Verification', 'rpm -V ntp-4.2.8p13-85.1.x86_64', '# Verification Status: Passed'),
    printed(
      '/usr/sbin/ntpq -p',
      '     remote           refid      st t when poll reach   delay   offset  jitter',
      '==============================================================================',
      ' 10.1.1.1        .INIT.          16 u    - 1024    0    0.000    0.000   0.000',
    ),
    file('/etc/ntp.conf', 'tinker panic 0', 'server 10.1.1.1 iburst'),
    '#____[ Files Included in /etc/ntp.conf ]____________________#',
    file('/var/lib/ntp/drift/ntp.drift', '-12.345'),
    section(
      'Log File',
      '/var/log/ntp - Last 500 Lines',
      ' 1 Dec 08:00:00 ntpd[1234]: 0.0.0.0 c016 06 restart',
    ),
  ].join('\n'),
  'rpm.txt': printed(
    'rpm -qa --queryformat "%-35{NAME} %-35{DISTRIBUTION} %{VERSION}-%{RELEASE}\\n" | sort -k 1,2 -t " " -i',
    'NAME                                DISTRIBUTION                        VERSION',
    'ntp                                 SUSE Linux Enterprise 12            4.2.8p13-85.1',
  ),
  'systemd.txt': [
    printed('/usr/bin/systemctl --no-pager list-unit-files', 'UNIT FILE STATE', 'ntpd.service enabled'),
    printed(
      "/usr/bin/systemctl cat 'ntpd.service'",
      '# /usr/lib/systemd/system/ntpd.service',
      '[Service]',
      'ExecStart=/usr/sbin/start-ntpd start',
    ),
    printed('/usr/bin/timedatectl --no-pager status', 'ERROR: Command not found or not executable'),
  ].join('\n'),
  'hardware.txt': printed('/usr/bin/lscpu', 'Architecture: x86_64', 'Hypervisor vendor:     VMware'),
  'etc.txt': [file('/etc/ntp.conf', 'server 192.0.2.9'), file('/etc/adjtime - File not found')].join('\n'),
}

test('files lie at their paths, and what commands printed where a sosreport has it', () => {
  const files = filesOfSupportconfig(memoryFiles(TEXTS))
  // The first that names a file has it.
  expect(files.text('/etc/ntp.conf')).toBe('tinker panic 0\nserver 10.1.1.1 iburst')
  expect(files.exists('/etc/adjtime')).toBe(false)
  expect(files.exists('/sos_commands/systemd/timedatectl')).toBe(false)
  expect(files.text('/var/lib/ntp/drift/ntp.drift')).toBe('-12.345')
  expect(files.text('/usr/lib/systemd/system/ntpd.service')).toContain('start-ntpd')
})

test('a machine is known by it, and judged', () => {
  const files = filesOfSupportconfig(memoryFiles(TEXTS))
  const inventory = takeInventory(files)
  expect(inventory).toMatchObject({
    copy: 'supportconfig',
    hypervisor: { value: { name: 'vmware' } },
    kernel: {
      release: { value: '4.12.14-122.37-default' },
      distribution: { value: { id: 'sles', version: '12.5' } },
    },
  })
  expect(inventory.daemons).toMatchObject([
    { name: 'ntpd', version: { value: '4.2.8p13' }, runs: { value: true }, enabled: { value: true } },
  ])
  const found = checkMachine(
    { inventory, live: undefined, prospect: undefined },
    lintMachine(inventory, files),
  )
  expect(found.map(({ severity, name }) => `${severity} ${name}`)).toEqual(
    expect.arrayContaining(['critical source-unreachable', 'warning single-source']),
  )
})

test('without a listing of processes its own words of the hypervisor and of the service count', () => {
  const { 'hardware.txt': _, 'basic-health-check.txt': __, ...others } = TEXTS
  const status = printed(
    '/bin/systemctl status ntpd.service',
    '* ntpd.service - NTP Server Daemon',
    '   Active: active (running) since Fri 2026-11-06 10:02:11 CET; 1 weeks 3 days ago',
    ' Main PID: 1402 (ntpd)',
    '   CGroup: /system.slice/ntpd.service',
    '           |-1402 /usr/sbin/ntpd -p /var/run/ntp/ntpd.pid -x -u ntp:ntp -c /etc/ntp.conf',
    '           `-1403 ntpd: asynchronous dns resolver',
  )
  const texts = { ...others, 'ntp.txt': status + TEXTS['ntp.txt'] }
  const inventory = takeInventory(filesOfSupportconfig(memoryFiles(texts)))
  expect(inventory.hypervisor).toMatchObject({
    value: { name: 'vmware' },
    evidence: [{ path: '/virtualization', text: 'Hypervisor:    VMware (hardware)' }],
  })
  expect(inventory.daemons).toMatchObject([{ name: 'ntpd', runs: { value: true }, pid: 1402 }])
  expect(inventory.daemons[0]?.commandLine?.value).toContain('-x')
  // Of others nothing was looked for.
  expect(inventory.missing).toContain('processes')
})

test('any words in any section are read, and nothing is put outside of the copy', () => {
  const word = fc.constantFrom(
    '#==[ Command ]===#',
    '#==[ Configuration File ]==#',
    '# /etc/../../x',
    '# /etc/a',
    '# uname -a',
    'b',
    '',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 12 }), lines => {
      const files = filesOfSupportconfig(memoryFiles({ 'ntp.txt': lines.join('\n') }))
      takeInventory(files)
      expect(files.exists('/x')).toBe(false)
    }),
  )
})
