import { expect, test } from 'vitest'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'

const NETWORK = 'pool ntp.example iburst\nmakestep 1 -1\n'
const remedies = (lines: string, about: About) =>
  lint([{ path: 'etc/chrony.conf', text: NETWORK + lines }], about)
    .filter(({ name }) => name === 'phc-by-number')
    .map(({ remedy }) => remedy.edits?.map(({ text }) => text) ?? [])

const PTP0 = 'refclock PHC /dev/ptp0 poll 2\n'
const KVM: About = { hypervisor: 'kvm' }

test('the name of the hypervisor is offered once', () => {
  expect(remedies(PTP0, KVM)).toEqual([['refclock PHC /dev/ptp_kvm poll 2']])
  expect(remedies(`${PTP0}refclock PHC /dev/ptp_kvm poll 2\n`, KVM)).toEqual([[]])
  expect(remedies(`${PTP0}refclock PHC /dev/ptp1 poll 2\n`, KVM)).toEqual([[], []])
})

test('where the devices are known, each has its own name', () => {
  const ptp = [
    { device: '/dev/ptp0', clock: 'ena-ptp-05', links: ['/dev/ptp_ena'] },
    { device: '/dev/ptp1', clock: 'KVM virtual PTP', links: ['/dev/ptp_kvm'] },
  ]
  expect(remedies(`${PTP0}refclock PHC /dev/ptp1 poll 2\n`, { ...KVM, ptp })).toEqual([
    ['refclock PHC /dev/ptp_ena poll 2'],
    ['refclock PHC /dev/ptp_kvm poll 2'],
  ])
  expect(remedies(PTP0, { ...KVM, ptp: [{ ...ptp[0]!, links: [] }] })).toEqual([[]])
})

test('for a device without a name the rule is given, and the name that it makes', () => {
  const ptp = [{ device: '/dev/ptp0', clock: 'ena-ptp-05', links: [] }]
  const finding = lint([{ path: 'etc/chrony.conf', text: NETWORK + PTP0 }], { ...KVM, ptp }).find(
    ({ name }) => name === 'phc-by-number',
  )!
  expect(finding.remedy.text).toContain('/dev/ptp_ena')
  expect(finding.remedy.text).not.toMatch(/ptp_kvm|ptp_hyperv/)
  expect(finding.remedy.changes[0]).toContain('ATTR{clock_name}=="ena-ptp-05", SYMLINK+="ptp_ena"')
})

test.each([
  ['azure', '', 'note'],
  ['aws', '', 'note'],
  ['gcp', '', 'note'],
  ['openstack', '', 'warning'],
  [undefined, '', 'warning'],
  ['azure', ' trust', 'warning'],
])('the clock of the host alone, on %s%s, is a %s', (platform, option, severity) =>
  expect(
    lint(
      [
        {
          path: 'etc/chrony.conf',
          text: `refclock PHC /dev/ptp_hyperv poll 3 dpoll -2${option}\nmakestep 1 -1\n`,
        },
      ],
      {
        hypervisor: 'hyperv',
        platform,
        complete: true,
      },
    ).filter(({ name }) => name === 'host-clock-not-validated'),
  ).toMatchObject([{ severity }]),
)

test('the clock of KVM is there on AWS, too (amazon-ec2-utils, pull request 38), and that of its network cards nowhere else', () => {
  const names = (device: string, about: About) =>
    lint([{ path: 'etc/chrony.conf', text: `${NETWORK}refclock PHC ${device} poll 2\n` }], about).map(
      ({ name }) => name,
    )
  expect(names('/dev/ptp_kvm', { ...KVM, platform: 'aws' })).not.toContain('phc-not-here')
  expect(names('/dev/ptp_ena', { ...KVM, platform: 'aws' })).not.toContain('phc-not-here')
  expect(names('/dev/ptp_ena', { ...KVM, platform: 'gcp' })).toContain('phc-not-here')
  expect(names('/dev/ptp_ena', KVM)).not.toContain('phc-not-here')
})

const AZURE: About = {
  hypervisor: 'hyperv',
  platform: 'azure',
  ptp: [
    { device: '/dev/ptp0', clock: 'mlx5_p2p', links: [] },
    { device: '/dev/ptp1', clock: 'hyperv', links: [] },
  ],
}
const linted = (text: string, about: About = AZURE, options = '') =>
  lint(
    [
      { path: 'etc/chrony.conf', text },
      { path: 'etc/sysconfig/chronyd', text: `OPTIONS="${options}"\n` },
    ],
    about,
  )

test('the clock of a network card is not that of the host', () => {
  const ofCard = (text: string, about?: About) =>
    linted(text, about)
      .filter(({ name }) => name === 'phc-of-a-card')
      .map(({ severity, remedy }) => [severity, remedy.edits?.[0]?.text])
  const [card, host] = AZURE.ptp!
  expect(ofCard(PTP0)).toEqual([['critical', 'refclock PHC /dev/ptp1 poll 2']])
  expect(ofCard(NETWORK + PTP0)).toEqual([['warning', 'refclock PHC /dev/ptp1 poll 2']])
  expect(ofCard(PTP0, { ...AZURE, ptp: [card!, { ...host!, links: ['/dev/ptp_hyperv'] }] })).toEqual([
    ['critical', 'refclock PHC /dev/ptp_hyperv poll 2'],
  ])
  expect(ofCard(PTP0.replace('ptp0', 'ptp1'))).toEqual([])
  // Nobody knows what else it could be meant to follow; the card of AWS is kept.
  expect(ofCard(PTP0, { ...AZURE, ptp: [card!] })).toEqual([])
  expect(ofCard(PTP0, { ...AZURE, ptp: [{ ...card!, clock: 'ena-ptp-05' }, host!] })).toEqual([])
  expect(ofCard(PTP0, { ...AZURE, hypervisor: 'none' })).toEqual([])
})

test('and no guest is handed to it', () => {
  const edits = (text: string) =>
    linted(text, AZURE, '-x').find(({ name }) => name === 'clock-not-disciplined')!.remedy.edits
  expect(edits(PTP0)).toBeUndefined()
  expect(edits(NETWORK)).toHaveLength(1)
})

test('where the devices are known, a number that is not among them keeps chronyd from starting', () => {
  const told = (device: string, about: About) =>
    linted(`refclock PHC ${device} poll 2\n`, about)
      .filter(({ name }) => name === 'phc-not-here')
      .map(({ severity, remedy }) => [severity, remedy.edits?.[0]?.text])
  expect(told('/dev/ptp7', AZURE)).toEqual([['critical', 'refclock PHC /dev/ptp1 poll 2']])
  expect(told('/dev/ptp7', { hypervisor: 'hyperv' })).toEqual([])
  expect(told('/dev/ptp1', AZURE)).toEqual([])
  expect(told('/dev/ptp_hyperv', AZURE)).toEqual([])
})

test('AWS has one clock, by the network and by the card, whatever its device is called', () => {
  const names = (device: string, about: About) =>
    lint(
      [
        {
          path: 'etc/chrony.conf',
          text: `refclock PHC ${device} poll 0\nserver 169.254.169.123 iburst\nmakestep 1 -1\n`,
        },
      ],
      { hypervisor: 'kvm', platform: 'aws', ...about },
    ).map(({ severity, name }) => `${severity} ${name}`)
  const ptp = (clock: string) => [{ device: '/dev/ptp0', clock, links: [] }]
  for (const [device, about] of [
    ['/dev/ptp_ena', {}],
    ['/dev/ptp0', { ptp: ptp('ena-ptp-06') }],
    ['/dev/ptp0', {}],
  ] as const) {
    expect(names(device, about)).toContain('note single-source')
    expect(names(device, about)).not.toContain('critical two-sources')
  }
  expect(names('/dev/ptp0', { ptp: ptp('KVM virtual PTP') })).toContain('critical two-sources')
})

test('one device under two names is one clock', () => {
  const ptp = [{ device: '/dev/ptp1', clock: 'KVM virtual PTP', links: ['/dev/ptp_kvm'] }]
  const text = 'refclock PHC /dev/ptp_kvm\nrefclock PHC /dev/ptp1\nserver ntp.example\nmakestep 1 -1\n'
  const names = lint([{ path: 'etc/chrony.conf', text }], { ...KVM, ptp }).map(({ name }) => name)
  expect(names).toContain('two-sources')
  expect(names).not.toContain('fewer-than-four')
})

test('the name of an interface is known from chrony 4.7 on', () => {
  const told = (line: string, version?: string) =>
    lint([{ path: 'etc/chrony.conf', text: NETWORK + line }], {
      hypervisor: 'none',
      daemons: [{ name: 'chronyd', version }],
    })
      .filter(({ name }) => name === 'not-in-this-version')
      .map(({ severity, what }) => `${severity} ${what}`)
  const [finding] = told('refclock PHC eth0 poll 0\n', '4.6.1')
  expect(finding).toMatch(/^critical .*eth0.* 4\.7 .*4\.6\.1/)
  expect(told('refclock PHC eth0 poll 0\n', '4.7')).toEqual([])
  expect(told('refclock PHC eth0 poll 0\n')).toEqual([])
  expect(told('refclock PHC /dev/ptp0 poll 0\n', '4.6.1')).toEqual([])
})

const lastLine = (device: string, about: About, network = NETWORK) => {
  const finding = lint([{ path: 'etc/chrony.conf', text: `${network}refclock PHC ${device} poll 2\n` }], {
    complete: true,
    ...about,
  }).find(({ name }) => name === 'phc-not-here')
  return finding && [finding.remedy.edits?.map(({ kind, text }) => `${kind} ${text}`.trim()), finding]
}
const KVM_CLOCK = { device: '/dev/ptp0', clock: 'KVM virtual PTP', links: [] }

test('a line is given the device of the host only where that is there, and else taken out', () => {
  const edits = (about: About, network?: string) => lastLine('/dev/ptp_hyperv', about, network)?.[0]
  expect(edits({ ...KVM, ptp: [KVM_CLOCK] })).toEqual(['replace refclock PHC /dev/ptp0 poll 2'])
  expect(edits({ ...KVM, ptp: [{ ...KVM_CLOCK, links: ['/dev/ptp_kvm'] }] })).toEqual([
    'replace refclock PHC /dev/ptp_kvm poll 2',
  ])
  for (const about of [{ ...KVM, ptp: [] }, KVM, { hypervisor: 'vmware' }, { hypervisor: 'none' }])
    expect(edits(about), JSON.stringify(about)).toEqual(['delete'])
  // Nobody else is left to follow.
  expect(edits({ ...KVM, ptp: [] }, 'makestep 1 -1\n')).toEqual([
    'insert-after pool pool.ntp.org iburst',
    'delete',
  ])
})

test('what brings the device of the host is told, as far as the kernel can have it', () => {
  const text = (about: About) => JSON.stringify(lastLine('/dev/ptp_hyperv', about)?.[1])
  expect(text({ ...KVM, ptp: [], kernel: '5.15.0-105-generic' })).toContain('modprobe ptp_kvm')
  expect(text({ ...KVM, kernel: '3.10.0-1160.el7.x86_64' })).toContain('modprobe ptp_kvm')
  expect(text({ ...KVM, ptp: [], kernel: '4.9.0-19-amd64' })).toMatch(/^(?!.*modprobe).*from Linux 4\.11 on/)
  expect(text({ hypervisor: 'vmware', ptp: [] })).not.toContain('modprobe')
})

test.each<[device: string, about: About, told: boolean]>([
  ['/dev/ptp_kvm', { ...KVM, ptp: [] }, true],
  ['/dev/ptp0', { ...KVM, ptp: [] }, true],
  ['/dev/ptp_ena', { ...KVM, ptp: [KVM_CLOCK] }, true],
  ['/dev/ptp_kvm', { ...KVM, ptp: [KVM_CLOCK] }, false],
  // Seen is seen, whatever the hypervisor calls itself.
  ['/dev/ptp_kvm', { hypervisor: 'hyperv', ptp: [KVM_CLOCK] }, false],
  ['/dev/ptp_kvm', KVM, false],
  ['/dev/ptp_kvm', {}, false],
  ['/dev/ptp_kvm', { hypervisor: 'none' }, true],
  ['/dev/ptp_hyperv', { hypervisor: 'none' }, true],
  ['/dev/ptp_kvm', { hypervisor: 'none', ptp: [{ ...KVM_CLOCK, clock: 'mlx5_ptp' }] }, true],
  ['/dev/ptp_ena', { hypervisor: 'none', ptp: [] }, true],
  // AWS has real machines with its cards.
  ['/dev/ptp_ena', { hypervisor: 'none' }, false],
])('%s on %j: not here %s', (device, about, told) => expect(lastLine(device, about) !== undefined).toBe(told))

test('which of its cards a real machine was meant to follow is left to a person', () =>
  expect(lastLine('/dev/ptp7', { hypervisor: 'none', ptp: [{ ...KVM_CLOCK, clock: 'mlx5_ptp' }] })).toEqual([
    undefined,
    expect.objectContaining({ severity: 'critical' }),
  ]))
