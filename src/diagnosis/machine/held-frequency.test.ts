/** The correction of the rate that a daemon holds, where a copy of a machine tells it. */
import { expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { checkMachine } from './check.ts'

type Members = Readonly<Record<string, Member>>

const GUEST: Members = {
  'proc/cpuinfo': 'flags\t\t: fpu tsc hypervisor\n',
  'sys/class/dmi/id/sys_vendor': 'QEMU\n',
  'sys/class/dmi/id/product_name': 'KVM\n',
  'sys/devices/system/clocksource/clocksource0/current_clocksource': 'tsc\n',
  'sys/devices/system/clocksource/clocksource0/available_clocksource': 'kvm-clock tsc acpi_pm\n',
}
const running = (program: string): Members => ({
  [`usr/sbin/${program}`]: '',
  'sos_commands/process/ps_auxwww': `USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND
root           1  0.0  0.0 175000 13000 ?        Ss   Jan01   0:01 /usr/lib/systemd/systemd
ntp          700  0.0  0.0 128000  3000 ?        S    Jan01   0:01 /usr/sbin/${program}
`,
})
const NTPD: Members = {
  ...GUEST,
  ...running('ntpd'),
  'etc/ntp.conf': 'driftfile /var/lib/ntp/drift\ntinker panic 0\nserver a.example iburst\n',
}
const CHRONYD: Members = {
  ...GUEST,
  ...running('chronyd'),
  'etc/chrony.conf': 'driftfile /var/lib/chrony/drift\npool a.example iburst\nmakestep 1 -1\n',
}

function found(members: Members) {
  const subject = { inventory: takeInventory(memoryFiles(members)), live: undefined, prospect: undefined }
  return checkMachine(subject).filter(({ name }) => name.startsWith('frequency-'))
}
const named = (members: Members) => found(members).map(({ severity, name }) => `${severity} ${name}`)

const SATURATED = ['critical frequency-saturated']
const FAR_OFF = ['warning frequency-far-off']

test.each<[string, Members, readonly string[]]>([
  ['a drift file as it should be', { ...NTPD, 'var/lib/ntp/drift': '-17.443\n' }, []],
  ['none', NTPD, []],
  ['at the limit', { ...NTPD, 'var/lib/ntp/drift': '500.000\n' }, SATURATED],
  ['at the other', { ...NTPD, 'var/lib/ntp/drift': '-500.000\n' }, SATURATED],
  ['as NTPsec writes it', { ...NTPD, 'var/lib/ntp/drift': '-499.999939\n' }, SATURATED],
  ['no number', { ...NTPD, 'var/lib/ntp/drift': 'nan\n' }, []],
  ['of somebody else', { ...NTPD, 'var/lib/chrony/drift': '500.0 0.1\n' }, []],
  [
    'the setting that is read last names it',
    {
      ...NTPD,
      'etc/ntp.conf': 'includefile /etc/ntp.more\ndriftfile /var/lib/ntp/drift\nserver a.example\n',
      'etc/ntp.more': 'driftfile /etc/ntp.drift\n',
      'etc/ntp.drift': '500.000\n',
      'var/lib/ntp/drift': '12.3\n',
    },
    [],
  ],
  [
    'ntpq -c rv',
    {
      ...NTPD,
      'var/lib/ntp/drift': '-17.443\n',
      'sos_commands/ntp/ntpq_-c_rv': `associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync,
version="ntpd 4.2.6p5@1.2349-o", processor="x86_64", leap=00, stratum=3,
clock=d1a1b7a1.4f6a9000, peer=2, tc=6, mintc=3, offset=12.3, frequency=-500.000, sys_jitter=0.1,
`,
    },
    SATURATED,
  ],
  [
    'ntptime',
    {
      ...NTPD,
      'sos_commands/ntp/ntptime':
        'ntp_adjtime() returns code 0 (OK)\n  offset 0.000 us, frequency 500.000 ppm, interval 1 s,\n',
    },
    SATURATED,
  ],
  ['chronyd as it should be', { ...CHRONYD, 'var/lib/chrony/drift': '          -17.443 0.021\n' }, []],
  [
    'chronyd corrects what ntpd could not',
    { ...CHRONYD, 'var/lib/chrony/drift': '         2001.120000             0.500000\n' },
    FAR_OFF,
  ],
  [
    'chronyd at its limit',
    { ...CHRONYD, 'var/lib/chrony/drift': '       -100000.000000             9.500000\n' },
    SATURATED,
  ],
  [
    'a limit of its own',
    {
      ...CHRONYD,
      'etc/chrony.conf': 'driftfile /var/lib/chrony/drift\npool a.example\nmaxdrift 500\n',
      'var/lib/chrony/drift': '500.000000 0.500000\n',
    },
    SATURATED,
  ],
  ['chronyd reads two numbers', { ...CHRONYD, 'var/lib/chrony/drift': '-100000.0\n' }, []],
  [
    'chronyc tracking',
    {
      ...CHRONYD,
      'var/lib/chrony/drift': '2.1 0.5\n',
      'sos_commands/chrony/chronyc_tracking':
        'Reference ID    : 0A000001 (10.0.0.1)\nStratum         : 3\nFrequency       : 2013.221 ppm slow\nLeap status     : Normal\n',
    },
    FAR_OFF,
  ],
])('%s', (_, members, expected) => expect(named(members)).toEqual(expected))

test('the remedy names the counter of the hypervisor, and what has to be forgotten', () => {
  const [finding] = found({ ...NTPD, 'var/lib/ntp/drift': '500.000\n' })
  expect(finding?.remedy.text).toContain('kvm-clock')
  expect(finding?.remedy.changes).toContain('rm /var/lib/ntp/drift')
  expect(finding?.evidence).toContainEqual({ path: '/var/lib/ntp/drift', line: 1, text: '500.000' })
})

test('what chose another counter is named', () => {
  const chosen = { 'proc/cmdline': 'ro root=/dev/vda1 clocksource=acpi_pm\n' }
  const [finding] = found({ ...NTPD, ...chosen, 'var/lib/ntp/drift': '500.000\n' })
  expect(finding?.remedy.text).toContain('`clocksource=acpi_pm` on its command line')
})

test('where the clock follows the host, that comes first', () => {
  const xen = {
    'proc/sys/kernel/osrelease': '2.6.18-398.el5xen\n',
    'proc/sys/xen/independent_wallclock': '0\n',
    'proc/xen/capabilities': '',
  }
  const [finding] = found({ ...NTPD, ...xen, 'var/lib/ntp/drift': '-500.000\n' })
  expect(finding?.remedy.text).toContain('independent of the host first')
})

test('the kernel has it, for a daemon that leaves it there', () => {
  const clock = {
    frequency: -500e-6,
    offset: 0,
    maxError: 1,
    estError: 0,
    synchronised: true,
    leap: 'none',
    status: ['PLL'],
  }
  const members = {
    ...NTPD,
    'var/lib/ntp/drift': '1.2\n',
    'clockwright/readings.json': JSON.stringify({ kernelClock: clock }),
  }
  expect(named(members)).toEqual(SATURATED)
  expect(named({ ...members, ...CHRONYD, 'etc/ntp.conf': '' })).toEqual([])
})
