/**
 * What the field reports ask of a static check, row by row, and each further finding of the linter: files that must give it, and
 * the same files put right. The edits that a finding offers must put it right too.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { FINDINGS, type Finding, type FindingName } from '#diagnosis/finding.ts'
import type { About } from '#diagnosis/lint/about.ts'
import type { LintFile } from '#diagnosis/lint/file-kind.ts'
import { lint } from '#diagnosis/lint/lint.ts'
import { presenceIn } from '#diagnosis/lint/presence.ts'
import { openFiles } from '#worlds/host/files.ts'
import { withEdits } from '../../support/edits.ts'

const VECTORS = fileURLToPath(new URL('../../vectors/lint', import.meta.url))

function filesOf(row: string, side: 'bad' | 'good'): LintFile[] {
  const root = join(VECTORS, row, side)
  const presence = presenceIn(openFiles(root), false)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .filter(path => statSync(join(root, path)).isFile())
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8'), presence }))
}

const NTPD_426: About = { daemons: [{ name: 'ntpd', version: '4.2.6p5' }], hypervisor: 'kvm' }
const NTPD_428: About = { daemons: [{ name: 'ntpd', version: '4.2.8p15' }], hypervisor: 'kvm' }
const CHRONY: About = { daemons: [{ name: 'chronyd', version: '4.3' }], hypervisor: 'kvm' }
const XEN_PV: About = { hypervisor: 'xen-pv', kernel: '2.6.18-53.1.4.el5xen' }

interface Row {
  readonly row: string
  readonly name: FindingName
  readonly severity: Finding['severity']
  /** The line, and a file where there are several. */
  readonly at: string
  readonly about?: About
  /** What is known for the good side, where that is what makes it good. */
  readonly goodAbout?: About
}

const ROWS: readonly Row[] = [
  {
    row: '0-08',
    name: 'wallclock-without-daemon',
    severity: 'critical',
    at: 'etc/sysctl.conf:2',
    about: { ...XEN_PV, daemons: [] },
    goodAbout: XEN_PV,
  },
  {
    row: '0-08-off',
    name: 'wallclock-follows-host',
    severity: 'critical',
    at: 'etc/sysctl.conf:1',
    about: XEN_PV,
  },
  {
    row: '0-09',
    name: 'wallclock-follows-host',
    severity: 'critical',
    at: 'etc/sysctl.d/90-site.conf:2',
    about: XEN_PV,
  },
  {
    row: '0-18',
    name: 'wallclock-not-here',
    severity: 'warning',
    at: 'etc/sysctl.conf:1',
    about: { ...XEN_PV, hypervisor: 'xen-hvm' },
  },
  { row: '0-25', name: 'divider-ignored', severity: 'warning', at: 'boot/grub/grub.conf:5' },
  {
    row: '0-26',
    name: 'tick-rate-high',
    severity: 'note',
    at: 'boot/grub/grub.conf:5',
    about: { hypervisor: 'vmware' },
  },
  { row: '0-26-tickless', name: 'divider-ignored', severity: 'warning', at: 'etc/default/grub:2' },
  { row: '0-29', name: 'host-cpu-speed-fixed', severity: 'note', at: 'guest.vmx:3' },
  { row: '0-31', name: 'options-on-hypervisor-line', severity: 'warning', at: 'boot/grub/grub.conf:5' },
  { row: '0-33', name: 'divider-ignored', severity: 'warning', at: 'boot/grub/grub.conf:6' },
  { row: '1-06', name: 'restrict-exception-wide', severity: 'note', at: 'etc/ntp.conf:6', about: NTPD_426 },
  { row: '1-19', name: 'no-daemon', severity: 'critical', at: '', about: { hypervisor: 'kvm', daemons: [] } },
  { row: '1-24', name: 'slew-only', severity: 'warning', at: 'etc/sysconfig/ntpd:2', about: NTPD_426 },
  { row: '1-26', name: 'stepout-clamped', severity: 'warning', at: 'etc/ntp.conf:1', about: NTPD_428 },
  { row: '1-28', name: 'panic-exit-ahead', severity: 'warning', at: 'etc/ntp.conf:1', about: NTPD_426 },
  { row: '1-29', name: 'panic-exit-ahead', severity: 'warning', at: 'etc/ntp.conf:1', about: NTPD_428 },
  { row: '1-32', name: 'misspelt', severity: 'warning', at: 'etc/ntp.conf:2', about: NTPD_426 },
  {
    row: '1-33',
    name: 'panic-not-first',
    severity: 'warning',
    at: 'etc/ntp.conf:8',
    about: { daemons: [{ name: 'ntpd', version: '4.2.4p8' }], hypervisor: 'vmware' },
  },
  { row: '1-34', name: 'fewer-than-four', severity: 'note', at: 'etc/ntp.conf:5', about: NTPD_428 },
  { row: '1-35', name: 'two-sources', severity: 'critical', at: 'etc/ntp.conf:5', about: NTPD_428 },
  { row: '1-36', name: 'forced-source', severity: 'warning', at: 'etc/ntp.conf:5', about: NTPD_428 },
  { row: '1-37', name: 'single-source', severity: 'warning', at: 'etc/ntp.conf:5', about: NTPD_428 },
  { row: '2-05', name: 'statistics-go-nowhere', severity: 'note', at: 'etc/ntp.conf:9', about: NTPD_428 },
  { row: '2-12', name: 'restrict-and-multicast', severity: 'warning', at: 'etc/ntp.conf:6', about: NTPD_428 },
  {
    row: '4-18',
    name: 'local-clock',
    severity: 'warning',
    at: 'etc/ntp.conf:5',
    about: { hypervisor: 'none' },
  },
  {
    row: '4-26',
    name: 'single-source',
    severity: 'warning',
    at: 'etc/chrony.conf:3',
    about: CHRONY,
    goodAbout: { ...CHRONY, controlled: true },
  },
  { row: 'misspelt-grub', name: 'misspelt', severity: 'warning', at: 'etc/default/grub:2' },
  {
    row: 'misspelt-grub-legacy',
    name: 'misspelt',
    severity: 'warning',
    at: 'boot/grub/grub.conf:3',
    about: { hypervisor: 'kvm' },
  },
  { row: 'misspelt-clocksource', name: 'misspelt', severity: 'warning', at: 'etc/default/grub:1' },
  { row: 'polls-crossed', name: 'out-of-range', severity: 'warning', at: 'etc/ntp.conf:5', about: NTPD_428 },
  {
    row: 'polls-crossed-chrony',
    name: 'out-of-range',
    severity: 'warning',
    at: 'etc/chrony.conf:2',
    about: CHRONY,
  },
  { row: 'poll-too-short', name: 'out-of-range', severity: 'warning', at: 'etc/ntp.conf:5', about: NTPD_426 },
  {
    row: 'polls-timesyncd',
    name: 'out-of-range',
    severity: 'warning',
    at: 'etc/systemd/timesyncd.conf:4',
  },
  { row: 'empty-ntp', name: 'no-source', severity: 'critical', at: 'etc/ntp.conf:1', about: NTPD_426 },
  { row: 'misspelt-adjtime', name: 'misspelt', severity: 'warning', at: 'etc/adjtime:3' },
  { row: 'two-daemons', name: 'two-daemons', severity: 'warning', at: 'etc/ntp.conf:1' },
  { row: 'two-daemons-cron', name: 'two-daemons', severity: 'critical', at: 'etc/chrony.conf:1' },
  {
    row: 'makestep-expires',
    name: 'makestep-expires',
    severity: 'warning',
    at: 'etc/chrony/chrony.conf:4',
    about: CHRONY,
  },
  {
    row: 'never-steps',
    name: 'never-steps',
    severity: 'warning',
    at: 'etc/chrony/chrony.conf:1',
    about: CHRONY,
  },
  {
    row: 'never-steps-openntpd',
    name: 'never-steps',
    severity: 'warning',
    at: 'etc/openntpd/ntpd.conf:1',
    about: { hypervisor: 'kvm' },
  },
  {
    row: 'kod-without-limited',
    name: 'kod-without-limited',
    severity: 'note',
    at: 'etc/ntp.conf:3',
    about: NTPD_428,
  },
  { row: 'local-clock', name: 'local-clock', severity: 'warning', at: 'etc/ntp.conf:9', about: NTPD_428 },
  {
    row: 'local-clock-chrony',
    name: 'local-clock',
    severity: 'warning',
    at: 'etc/chrony.conf:6',
    about: CHRONY,
  },
  { row: 'smear-mixed', name: 'smear-mixed', severity: 'warning', at: 'etc/chrony.conf:3', about: CHRONY },
  {
    row: 'host-clock-not-validated',
    name: 'host-clock-not-validated',
    severity: 'warning',
    at: 'etc/chrony.conf:3',
    about: CHRONY,
  },
  {
    row: 'phc-by-number',
    name: 'phc-by-number',
    severity: 'note',
    at: 'etc/chrony.conf:3',
    about: { hypervisor: 'hyperv' },
  },
  {
    row: 'restrict-drops-answers',
    name: 'restrict-drops-answers',
    severity: 'critical',
    at: 'etc/ntp.conf:4',
    about: NTPD_428,
  },
  {
    row: 'phc-of-a-card',
    name: 'phc-of-a-card',
    severity: 'critical',
    at: 'etc/chrony.conf:1',
    about: {
      hypervisor: 'hyperv',
      ptp: [
        { device: '/dev/ptp0', clock: 'mlx5_p2p', links: [] },
        { device: '/dev/ptp1', clock: 'hyperv', links: ['/dev/ptp_hyperv'] },
      ],
    },
  },
  { row: 'phc-not-here', name: 'phc-not-here', severity: 'critical', at: 'etc/chrony.conf:3', about: CHRONY },
  {
    row: 'rtc-in-local-time',
    name: 'rtc-in-local-time',
    severity: 'warning',
    at: 'etc/adjtime:3',
    about: { hypervisor: 'kvm' },
  },
  { row: 'rtc-in-local-time-libvirt', name: 'rtc-in-local-time', severity: 'note', at: 'guest.xml:3' },
  { row: 'rtc-in-local-time-chrony', name: 'rtc-in-local-time', severity: 'note', at: 'etc/chrony.conf:2' },
  {
    row: 'rtc-in-local-time-sysconfig',
    name: 'rtc-in-local-time',
    severity: 'note',
    at: 'etc/sysconfig/clock:2',
  },
  {
    row: 'disabled-in-guests',
    name: 'disabled-in-guests',
    severity: 'critical',
    at: 'etc/systemd/system/systemd-timesyncd.service.d/guest.conf:2',
    about: { hypervisor: 'kvm' },
  },
  {
    row: 'tools-sync-beside-daemon',
    name: 'tools-sync-beside-daemon',
    severity: 'warning',
    at: 'guest.vmx:2',
    about: { hypervisor: 'vmware' },
  },
  { row: 'timer-policy', name: 'timer-policy', severity: 'warning', at: 'guest.xml:3' },
  {
    row: 'clock-option-ignored',
    name: 'clock-option-ignored',
    severity: 'warning',
    at: 'boot/grub/menu.lst:4',
  },
  {
    row: 'clock-not-disciplined',
    name: 'clock-not-disciplined',
    severity: 'warning',
    at: 'etc/default/chrony:1',
  },
  { row: 'no-iburst', name: 'no-iburst', severity: 'note', at: 'etc/chrony.conf:4' },
  { row: 'no-source', name: 'no-source', severity: 'critical', at: 'etc/chrony.conf:1' },
  { row: 'never-agrees', name: 'never-agrees', severity: 'critical', at: 'etc/ntp.toml:6' },
  {
    row: 'sources-unusable',
    name: 'sources-unusable',
    severity: 'critical',
    at: 'etc/ntp.conf:6',
    about: NTPD_428,
  },
  {
    row: 'sources-unusable-chrony',
    name: 'sources-unusable',
    severity: 'critical',
    at: 'etc/chrony.conf:4',
    about: CHRONY,
  },
  {
    row: 'sources-unusable-offline',
    name: 'sources-unusable',
    severity: 'note',
    at: 'etc/chrony.conf:1',
    about: CHRONY,
  },
  { row: 'unknown-directive', name: 'unknown-directive', severity: 'critical', at: 'etc/chrony.conf:5' },
  { row: 'unknown-option', name: 'unknown-option', severity: 'critical', at: 'etc/chrony.conf:3' },
  { row: 'wrong-values', name: 'wrong-values', severity: 'critical', at: 'etc/chrony.conf:4' },
  { row: 'chronyd-refuses', name: 'chronyd-refuses', severity: 'critical', at: 'etc/chrony.conf:3' },
  { row: 'file-not-there', name: 'file-not-there', severity: 'warning', at: 'etc/ntp.conf:3' },
  { row: 'key-not-there', name: 'key-not-there', severity: 'warning', at: 'etc/chrony.conf:1' },
  { row: 'out-of-range', name: 'out-of-range', severity: 'warning', at: 'etc/ntp.conf:5' },
  {
    row: 'not-in-this-version',
    name: 'not-in-this-version',
    severity: 'critical',
    at: 'etc/chrony.conf:4',
    about: { daemons: [{ name: 'chronyd', version: '3.5' }] },
  },
  { row: 'not-understood', name: 'not-understood', severity: 'warning', at: 'etc/systemd/timesyncd.conf:1' },
  { row: 'misspelt-timesyncd', name: 'misspelt', severity: 'warning', at: 'etc/systemd/timesyncd.conf:3' },
  { row: 'misspelt-ntp-toml', name: 'misspelt', severity: 'critical', at: 'etc/ntp.toml:3' },
  { row: 'misspelt-openntpd', name: 'misspelt', severity: 'critical', at: 'etc/openntpd/ntpd.conf:1' },
  { row: 'misspelt-vmx', name: 'misspelt', severity: 'warning', at: 'guest.vmx:2' },
  { row: 'misspelt-tools', name: 'misspelt', severity: 'warning', at: 'etc/vmware-tools/tools.conf:2' },
  { row: 'misspelt-sysctl', name: 'misspelt', severity: 'warning', at: 'etc/sysctl.conf:1' },
  { row: 'misspelt-libvirt', name: 'misspelt', severity: 'critical', at: 'guest.xml:3' },
  { row: 'misspelt-sysconfig', name: 'misspelt', severity: 'warning', at: 'etc/sysconfig/ntpd:1' },
]

const namesOf = (findings: readonly Finding[]) => findings.map(({ name }) => name)
const placeOf = ({ evidence: [first] }: Finding, files: readonly LintFile[]) =>
  first ? `${files[first.file!]!.path}:${first.line}` : ''

test('each folder of vectors is a row here, and each row a folder', () =>
  expect(ROWS.map(({ row }) => row).sort()).toEqual(
    readdirSync(VECTORS, { withFileTypes: true })
      .filter(each => each.isDirectory())
      .map(({ name }) => name)
      .sort(),
  ))

describe.each(ROWS)('$row: $name', ({ row, name, severity, at, about, goodAbout }) => {
  const bad = filesOf(row, 'bad')
  const findings = lint(bad, about)
  const finding = findings.find(each => each.name === name)

  test('is found in the bad file, at its line', () => {
    expect(namesOf(findings)).toContain(name)
    expect(finding).toMatchObject({ severity })
    expect(placeOf(finding!, bad)).toBe(at)
    for (const part of [finding!.what, finding!.cost, finding!.remedy.text]) expect(part).not.toBe('')
  })

  test('is not found in the good file', () => {
    expect(namesOf(lint(filesOf(row, 'good'), goodAbout ?? about))).not.toContain(name)
  })

  test('is gone after the edits that it offers', () => {
    let files: LintFile[] = bad
    for (let round = 0; round < 8; round++) {
      const next = lint(files, about).find(each => each.name === name && each.remedy.edits)
      if (!next) break
      files = withEdits(files, next.remedy.edits!)
    }
    const left = lint(files, about).filter(each => each.name === name)
    expect(left.filter(({ remedy }) => remedy.edits)).toEqual([])
  })
})

test('report 001: each of its faults is found in the ntp.conf and the options that it prints', () => {
  const files = [...filesOf('1-06', 'bad'), ...filesOf('1-24', 'bad')]
  expect(namesOf(lint(files, NTPD_426)).sort()).toEqual([
    'no-iburst',
    'panic-exit-ahead',
    'restrict-default-open',
    'restrict-exception-wide',
    'single-source',
    'slew-only',
  ])
  const slew = lint(files, NTPD_426).find(({ name }) => name === 'slew-only')!
  expect(slew.measures).toMatchObject({ slewAfterPause: 8600, slewAtMost: 1_200_000 })
  expect(slew.cost).toMatch(/4\.30 s .* 2\.4 h, .*600 s \(10 min\) for 13\.9 d/)
  expect(slew.remedy.edits).toEqual([{ file: 1, line: 2, kind: 'replace', text: 'OPTIONS="-g"' }])
})

test('report 001: its remedy does what it says on ntpd 4.2.6, and not on 4.2.8 and NTPsec', () => {
  const files = filesOf('1-26', 'bad')
  const clamped = (about: About) => namesOf(lint(files, about)).includes('stepout-clamped')
  expect(clamped(NTPD_426)).toBe(false)
  expect(clamped(NTPD_428)).toBe(true)
  expect(clamped({ daemons: [{ name: 'ntpsec', version: '1.2.2' }] })).toBe(true)
  expect(lint(files).find(({ name }) => name === 'stepout-clamped')?.what).toMatch(
    /from 4\.2\.8 on .* up to 4\.2\.6/,
  )
})

test('report 002: its stanza of statistics is right', () =>
  expect(namesOf(lint(filesOf('2-05', 'good'), NTPD_428))).toEqual([]))

test('what is offered says something; blank lines part sections', () => {
  const offered = ROWS.flatMap(({ row, about }) => lint(filesOf(row, 'bad'), about))
    .filter(({ remedy }) => remedy.changes.length > 0)
    .map(({ name, remedy }) => [name, remedy.changes.join('')])
  expect(offered.length).toBeGreaterThan(0)
  expect(offered.filter(([, text]) => text!.trim() === '')).toEqual([])
})

test('every finding of the linter has a vector', () => {
  const all = ROWS.flatMap(({ row, about }) => namesOf(lint(filesOf(row, 'bad'), about)))
  const names = Object.keys(FINDINGS)
  const linted = names.slice(names.indexOf('unknown-directive'), names.indexOf('timer-policy') + 1)
  expect(linted.filter(name => !all.includes(name as FindingName))).toEqual([])
})
