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
