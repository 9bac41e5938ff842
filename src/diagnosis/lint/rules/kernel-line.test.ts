import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

const ENTRY = (release: string, xenOptions: string, options = '') =>
  `title CentOS (${release})\n\tkernel /xen.gz-2.6.18-53.el5 ${xenOptions}\n\tmodule /vmlinuz-${release} ro root=/dev/sda1${options}\n`

test('entries that repeat each other give one finding, with the edits of all', () => {
  const text = ENTRY('2.6.18-53.el5xen', 'divider=10') + ENTRY('2.6.18-8.el5xen', 'divider=10')
  const findings = lint([{ path: 'boot/grub/grub.conf', text }]).filter(
    ({ name }) => name === 'options-on-hypervisor-line',
  )
  expect(findings).toHaveLength(1)
  expect(findings[0]!.remedy.edits?.map(({ line, text }) => [line, text])).toEqual([
    [2, '\tkernel /xen.gz-2.6.18-53.el5'],
    [5, '\tkernel /xen.gz-2.6.18-53.el5'],
  ])
})

test("Debian's templates for the line of Xen count as that line", () =>
  expect(
    lint([{ path: 'boot/grub/menu.lst', text: '# xenhopt=divider=10 dom0_mem=512M\n' }])[0],
  ).toMatchObject({
    name: 'options-on-hypervisor-line',
    remedy: { edits: [{ line: 1, kind: 'replace', text: '# xenhopt=dom0_mem=512M' }] },
  }))

test.each(['pit', 'hpet', 'acpi', 'tsc'])(
  'what Xen itself knows may stand on its line: clocksource=%s',
  source => {
    const options = `dom0_mem=512M clocksource=${source} tsc=unstable cpuidle=0 max_cstate=1 hpet=broadcast noreboot`
    expect(lint([{ path: 'boot/grub/grub.conf', text: ENTRY('2.6.18-53.el5xen', options) }])).toEqual([])
    expect(lint([{ path: 'etc/default/grub', text: `GRUB_CMDLINE_XEN_DEFAULT="${options}"\n` }])).toEqual([])
  },
)

test.each(['acpi_pm', 'kvm-clock', 'jiffies'])('clocksource=%s is of Linux alone', source =>
  expect(
    lint([{ path: 'etc/default/grub', text: `GRUB_CMDLINE_XEN="clocksource=${source}"\n` }]),
  ).toMatchObject([{ name: 'options-on-hypervisor-line' }]),
)

test.each([
  ['2.6.18-398.el5xen', 'acpi_pm', ''],
  ['2.6.18-398.el5xen', 'jiffies', ''],
  ['4.19.0-xen', 'acpi_pm', ' clocksource=acpi_pm'],
])('%s is given clocksource=%s where it may have it: "%s"', (release, source, given) => {
  const text = ENTRY(release, `clocksource=${source}`)
  const [finding] = lint([{ path: 'boot/grub/grub.conf', text }])
  expect(finding!.remedy.edits!.map(each => each.kind === 'replace' && each.text)).toEqual([
    '\tkernel /xen.gz-2.6.18-53.el5',
    ...(given ? [`\tmodule /vmlinuz-${release} ro root=/dev/sda1${given}`] : []),
  ])
})

test.each(['reliable', 'nowatchdog'])('tsc=%s is of Linux, and the control domain has no use for it', value =>
  expect(
    lint([{ path: 'boot/grub/grub.conf', text: ENTRY('4.19.0-xen', `tsc=${value} notsc`) }])[0],
  ).toMatchObject({
    name: 'options-on-hypervisor-line',
    remedy: { edits: [{ line: 2, kind: 'replace', text: '\tkernel /xen.gz-2.6.18-53.el5' }] },
  }),
)

test.each(['unstable', 'skewed', 'stable:socket'])('tsc=%s is of Xen', value =>
  expect(lint([{ path: 'boot/grub/grub.conf', text: ENTRY('4.19.0-xen', `tsc=${value}`) }])).toEqual([]),
)

test('what the settings of GRUB have, too, goes out of both: the next menu is made from them', () => {
  const menu =
    'menuentry "Debian with Xen" {\n\tmultiboot /boot/xen.gz nohz=off\n\tmodule /boot/vmlinuz-6.1.0-18-amd64 ro\n}\n'
  const findings = lint([
    { path: 'boot/grub/grub.cfg', text: menu },
    { path: 'etc/default/grub.d/xen.cfg', text: 'GRUB_CMDLINE_XEN_DEFAULT="nohz=off"\n' },
  ]).filter(({ name }) => name === 'options-on-hypervisor-line')
  expect(findings.flatMap(({ remedy }) => remedy.edits)).toEqual([
    { file: 0, line: 2, kind: 'replace', text: '\tmultiboot /boot/xen.gz' },
    { file: 1, line: 1, kind: 'replace', text: 'GRUB_CMDLINE_XEN_DEFAULT=""' },
  ])
})

test.each([
  ['2.6.18-53.el5', false],
  ['2.6.18-274.el5', false],
  ['2.6.9-89.EL', false],
  ['2.6.18-308.el5', true],
])('divider=10 is written for %s: %s', (release, written) => {
  const text = `title CentOS\n\tkernel /vmlinuz-${release} ro\n`
  const [finding] = lint([{ path: 'boot/grub/grub.conf', text }])
  expect(finding).toMatchObject({ name: 'tick-rate-high', severity: 'note' })
  expect(finding?.remedy.edits !== undefined).toBe(written)
  expect(/panic/.test(finding!.remedy.text)).toBe(!written)
})

test('what a kernel without Xen takes is moved to its line', () => {
  const text =
    'menuentry "Debian with Xen" {\n\tmultiboot /boot/xen.gz nohz=off\n\tmodule /boot/vmlinuz-6.1.0-18-amd64 ro\n}\n'
  expect(lint([{ path: 'boot/grub/grub.cfg', text }])[0]?.remedy.edits).toEqual([
    { file: 0, line: 2, kind: 'replace', text: '\tmultiboot /boot/xen.gz' },
    { file: 0, line: 3, kind: 'replace', text: '\tmodule /boot/vmlinuz-6.1.0-18-amd64 ro nohz=off' },
  ])
})

test.each([
  ['clocksource=tcs', 'tsc', 'warning'],
  ['nohz=oof', 'off', 'warning'],
  // Kernels since 4.6 take this one.
  ['nohz=of', 'off', 'note'],
  ['nozh=off', 'nohz', 'warning'],
  ['highers=off', 'highres', 'warning'],
  ['no-kvmclok', 'no-kvmclock', 'warning'],
])('%s is a slip, and %s was meant', (word, meant, severity) => {
  const found = lint([{ path: 'etc/default/grub', text: `GRUB_CMDLINE_LINUX="quiet ${word}"\n` }])
  expect(found).toMatchObject([{ name: 'misspelt', severity }])
  expect(found[0]!.remedy.text).toContain(`\`${meant}\``)
})

test.each([
  'nohz=on',
  'nohz=0',
  'highres=OFF',
  'nohz_full=1-3',
  'highmem=512m',
  'no_kvmclock',
  'no-kvmapf',
  'nosmt',
  'hpet=force',
])('%s is no slip', word =>
  expect(lint([{ path: 'etc/default/grub', text: `GRUB_CMDLINE_LINUX="quiet ${word}"\n` }])).toEqual([]),
)
