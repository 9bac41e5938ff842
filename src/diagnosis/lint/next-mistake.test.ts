/** One plan, and nothing is left for a second: of what stands on one line only that goes which findings are about. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeEdits } from '../repair/edit.ts'
import type { About } from './about.ts'
import type { LintFile } from './file-kind.ts'
import { lint } from './lint.ts'

/** As the plan does it, a group for each finding. */
function mended(file: LintFile, about: About): LintFile {
  const { text, refused } = mergeEdits(
    file.text,
    lint([file], about).map(({ remedy }) => remedy.edits ?? []),
  )
  expect(refused).toEqual([])
  return { ...file, text }
}

const asked = (file: LintFile, about: About) =>
  lint([file], about).filter(({ severity, remedy }) => severity !== 'note' && remedy.edits)

const GUEST: About = { hypervisor: 'kvm', kernel: '5.10.0-20-amd64' }

const INNOCENT = [
  'console=ttyS0,115200',
  'crashkernel=auto',
  'root=/dev/vda1',
  'ro',
  'quiet',
  'a=notsc',
  'nohz=off',
]
/** Words with what is left of them. */
const GUILTY: Readonly<Record<string, string | undefined>> = {
  'divider=10': undefined,
  'divider=4': undefined,
  'divder=10': undefined,
  'clock=pit': undefined,
  'clock=pmtmr': undefined,
  'clocksource=acpi_pm': undefined,
  'clocksource=hpte': undefined,
  'no-kvmclock': undefined,
  'no-kvmclok': undefined,
  'clocksource=kvm-clok': 'clocksource=kvm-clock',
  'highers=off': 'highres=off',
}
const words = fc.array(fc.constantFrom(...INNOCENT, ...Object.keys(GUILTY)), { maxLength: 7 })

const BOOT_FILES: readonly (readonly [path: string, before: string, after: string])[] = [
  ['/etc/default/grub', 'GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX="', '"\n'],
  ['/etc/default/grub', "GRUB_CMDLINE_LINUX_DEFAULT='", "'\nGRUB_TIMEOUT=5"],
  ['/etc/kernel/cmdline', '', '\n'],
  ['/etc/kernel/cmdline', '', ''],
  ['/boot/grub/grub.conf', 'title A\n\tkernel /vmlinuz-5.10.0-20-amd64 ', '\n\tinitrd /initrd\n'],
  ['/boot/grub/grub.conf', 'title A\r\n\tkernel /vmlinuz-5.10.0-20-amd64 ', '\r\n\tinitrd /initrd\r\n'],
  ['/boot/grub/grub.cfg', "menuentry 'A' {\n\tlinux /vmlinuz-5.10.0-20-amd64 ", '\n\tinitrd /initrd\n}\n'],
  ['/boot/loader/entries/a.conf', 'title A\nlinux /vmlinuz-5.10.0-20-amd64\noptions ', '\n'],
]

test.each(BOOT_FILES)(
  'of any words of a boot line those go that do harm, and no other: %s %j',
  (path, before, after) => {
    fc.assert(
      fc.property(words, line => {
        const file = { path, text: before + line.join(' ') + after }
        const { text } = mended(file, GUEST)
        const left = line.flatMap(word => (word in GUILTY ? (GUILTY[word] ?? []) : word))
        expect(text.split(/[\s"']+/)).toEqual((before + left.join(' ') + after).split(/[\s"']+/))
        expect(text.split('\n').length).toBe(file.text.split('\n').length)
        expect(asked({ path, text }, GUEST).map(({ name }) => name)).toEqual([])
      }),
    )
  },
)

describe('a word that did no harm only because it was misspelt goes', () => {
  const SERVERS = ['a', 'b', 'c', 'd'].map(name => `server ${name} iburst\n`).join('')
  const NTPD: About = { hypervisor: 'kvm', daemons: [{ name: 'ntpd', version: '4.2.8p15' }] }
  const CHRONY: About = { hypervisor: 'kvm', daemons: [{ name: 'chronyd', version: '4.3' }] }
  test.each<[string, string, string, About]>([
    [
      '/etc/ntp.conf',
      `tinker panic 0\ntinker setpout 10 stepp 0\n${SERVERS}`,
      `tinker panic 0\n${SERVERS}`,
      NTPD,
    ],
    [
      '/etc/ntp.conf',
      `tinker panic 0\ntinker dispersion 15 stepp 0\n${SERVERS}`,
      `tinker panic 0\ntinker dispersion 15\n${SERVERS}`,
      NTPD,
    ],
    [
      '/etc/ntp.conf',
      `tinker panic 0\nserver e tru iburst\n${SERVERS}`,
      `tinker panic 0\nserver e prefer iburst\n${SERVERS}`,
      NTPD,
    ],
    ['/etc/ntp.conf', `tinker panic 0\ndisalbe ntp\n${SERVERS}`, `tinker panic 0\n${SERVERS}`, NTPD],
    ['/etc/ntp.conf', `tinker panic 0\ndisable nptp\n${SERVERS}`, `tinker panic 0\n${SERVERS}`, NTPD],
    ['/etc/chrony.conf', 'pool a iburst\nmakstep 1 3\n', 'pool a iburst\nmakestep 1 -1\n', CHRONY],
    ['/etc/sysctl.conf', 'xen.independent_walclock = 1\na.b = 1\n', 'a.b = 1\n', { hypervisor: 'xen-hvm' }],
    [
      '/etc/default/grub',
      'GRUB_CMDLINE_LINUX="quiet no-kvmclok clocksource=acpi_pm"\n',
      'GRUB_CMDLINE_LINUX="quiet"\n',
      GUEST,
    ],
  ])('%s %j', (path, text, expected, about) => {
    const after = mended({ path, text }, about)
    expect(after.text).toBe(expected)
    expect(asked(after, about).filter(({ name }) => name !== 'restrict-default-open')).toEqual([])
  })

  test('and is told as what it would be', () => {
    const [finding] = lint([{ path: '/etc/default/grub', text: 'GRUB_CMDLINE_LINUX="no-kvmclok"\n' }], GUEST)
    expect(finding).toMatchObject({
      name: 'misspelt',
      remedy: {
        text: 'Not as `no-kvmclock`: `no-kvmclock` keeps the kernel from the counter that this hypervisor offers (kvm-clock). Take it out, and let the kernel choose. The menu of GRUB must be made from it anew.',
        changes: ['GRUB_CMDLINE_LINUX=""'],
      },
    })
  })

  test('also where a program changes the words', () => {
    const grubenv = (words: string) =>
      lint([{ path: '/boot/grub2/grubenv', text: `kernelopts=root=/dev/vda1 ${words}\n` }], GUEST)
    expect(grubenv('divder=10').map(({ remedy }) => remedy.changes)).toEqual([
      ['grubby --update-kernel=ALL --remove-args="divder=10"'],
    ])
    expect(grubenv('highers=off').map(({ remedy }) => remedy.changes)).toEqual([
      ['grubby --update-kernel=ALL --remove-args="highers=off" --args="highres=off"'],
    ])
  })

  test.each([
    ['restrcit default ignore', 'restrcit default ignore\n', 'also drops what servers answer'],
    ['interfcae ignore all', 'interfcae ignore all\n', 'no address but the loopback'],
  ])('whose harm no edit of its line mends, is not written: %s', (line, left, why) => {
    const start = `tinker panic 0\n${[1, 2, 3, 4].map(n => `server 10.0.0.${n} iburst\n`).join('')}`
    // Of two that are misspelt only the one that does harm is held back.
    const file = { path: '/etc/ntp.conf', text: `${start}${line}\ndriftfle /var/lib/ntp/drift\n` }
    const misspelt = lint([file], NTPD).find(
      ({ name, evidence: [first] }) => name === 'misspelt' && first?.text === line,
    )
    expect(misspelt?.remedy.text).toContain('It does nothing as it stands')
    expect(misspelt?.remedy.text).toContain(why)
    expect(mended(file, NTPD).text).toBe(`${start}${left}driftfile /var/lib/ntp/drift\n`)
  })

  test.each([
    ['tso maxdist 0.0001', 'server', '', 'no server on the network is so near'],
    // Whose sources are misspelt, too, has none before, and that excuses nothing.
    ['tso maxdist 0.0001', 'sevrer', '', 'no server on the network is so near'],
    ['tos minsnae 9', 'server', 'tos minsane 4\n', 'Configure more sources'],
    ['tos minsnae 9', 'sevrer', '', '9 sources agree'],
  ])('also where nobody could be followed then: %s, %s', (line, server, left, why) => {
    const servers = (word: string) => [1, 2, 3, 4].map(n => `${word} 10.0.0.${n} iburst\n`).join('')
    const file = { path: '/etc/ntp.conf', text: `tinker panic 0\n${line}\n${servers(server)}` }
    const told = lint([file], NTPD).find(
      ({ name, evidence: [first] }) => name === 'misspelt' && first?.text === line,
    )
    expect(`${told?.what} ${told?.remedy.text}`).toContain(why)
    expect(mended(file, NTPD).text).toBe(`tinker panic 0\n${left}${servers('server')}`)
  })

  test('what follows from a line that is dropped is told with it, or, where it is graver, with its correction', () => {
    const text = `tinker stepout10 panic 0\n${SERVERS}`
    const findings = lint([{ path: '/etc/ntp.conf', text }], NTPD).filter(
      ({ severity }) => severity !== 'note',
    )
    expect(findings.map(({ name, what }) => `${name}: ${what}`)).toEqual([
      'misspelt: `tinker` has no option `stepout10`; `stepout 10` was meant?',
    ])
    expect(findings[0]!.cost).toContain('Hence `panic-exit-ahead`, too: ')
    const [none] = lint([{ path: '/etc/ntp.conf', text: 'tinker panic 0\nsever a\nsevrer b\n' }], NTPD)
    expect(none).toMatchObject({
      name: 'no-source',
      severity: 'critical',
      remedy: { changes: ['server a', 'server b'] },
    })
    expect(none!.remedy.edits!.map(({ line }) => line)).toEqual([2, 3])
  })

  test('two mistakes on one line are mended together', () => {
    const text = `tinker panic 0 stepout10\nsever a ibrust\nserver b prefre\nserve c minpol 4 maxpoll 6 ibrust\nserver d iburst maxpoll10\n`
    const file = { path: '/etc/ntp.conf', text }
    const after = mended(file, NTPD)
    expect(after.text).toBe(
      'tinker panic 0\nserver a iburst\nserver b prefer\nserver c minpoll 4 maxpoll 6 iburst\nserver d iburst maxpoll 10\n',
    )
    expect(asked(after, NTPD)).toEqual([])
  })

  test('a correction that ends what is as grave as what it brings is written', () => {
    const file = { path: '/etc/ntp.conf', text: 'tinker panic 0\nsevrer a iburst\n' }
    expect(mended(file, NTPD).text).toContain('\nserver a iburst\n')
  })

  test('of very many some are left to a person, and none is made to do harm', () => {
    const file = { path: '/etc/ntp.conf', text: `tinker panic 0\n${'tinker stepp 0\n'.repeat(20)}${SERVERS}` }
    const after = mended(file, NTPD)
    expect(lint([after], NTPD).map(({ name }) => name)).not.toContain('slew-only')
    expect(after.text.match(/stepp/g)).toHaveLength(12)
  })
})
