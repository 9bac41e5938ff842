import { expect, test } from 'vitest'
import { mergeEdits } from '../../repair/edit.ts'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'

const NAME = 'systemd-timesyncd.service'
/** As Debian 10 and Ubuntu 20.04 have them. */
const UNIT = {
  path: `/lib/systemd/system/${NAME}`,
  text: '[Unit]\nConditionCapability=CAP_SYS_TIME\nConditionVirtualization=!container\n[Service]\nExecStart=!!/lib/systemd/systemd-timesyncd\n',
}
const OTHERS =
  'ConditionFileIsExecutable=!/usr/sbin/ntpd\nConditionFileIsExecutable=!/usr/sbin/openntpd\nConditionFileIsExecutable=!/usr/sbin/chronyd\n'
const BESIDE = {
  path: `/lib/systemd/system/${NAME}.d/disable-with-time-daemon.conf`,
  text: `[Unit]\n# if we have another\n${OTHERS}ConditionFileIsExecutable=!/usr/sbin/VBoxService\n`,
}
const judged = (files: readonly (typeof UNIT)[], about: About) =>
  lint(files, about).filter(({ name }) => name === 'disabled-in-guests')

test.each([
  ['nobody knows which', {}],
  ['another hypervisor', { hypervisor: 'vmware' }],
  ['none', { hypervisor: 'none' }],
])('what is written about the service of VirtualBox keeps nobody out elsewhere: %s', (_, about) => {
  expect(judged([UNIT, BESIDE], about)).toEqual([])
  expect(judged([BESIDE], about)).toEqual([])
})

test('in its guests that line goes, and every other condition stays', () => {
  const [finding, ...more] = judged([UNIT, BESIDE], { hypervisor: 'virtualbox' })
  expect(more).toEqual([])
  expect(finding!.remedy.changes).toEqual([
    `systemctl edit ${NAME}`,
    '[Unit]',
    'ConditionFileIsExecutable=',
    'ConditionCapability=CAP_SYS_TIME',
    'ConditionVirtualization=!container',
    ...OTHERS.trim().split('\n'),
  ])
  expect(finding!.cost).toMatch(/^Where VBoxService is installed and not started/)
  expect(mergeEdits(BESIDE.text, [finding!.remedy.edits!.map(edit => ({ ...edit, file: 0 }))]).text).toBe(
    `[Unit]\n# if we have another\n${OTHERS}`,
  )
})

test('a condition about the kind of machine is taken back in front of those that stay', () => {
  const dropIn = {
    path: `/etc/systemd/system/${NAME}.d/guest.conf`,
    text: '[Unit]\nConditionVirtualization=no\n',
  }
  const [finding] = judged([UNIT, dropIn], { hypervisor: 'kvm' })
  expect(finding!.remedy.changes).toEqual([
    `systemctl edit ${NAME}`,
    '[Unit]',
    'ConditionVirtualization=',
    'ConditionVirtualization=!container',
    'ConditionCapability=CAP_SYS_TIME',
  ])
  expect(finding!.remedy.text).not.toMatch(/not among these files/)
  // Of the unit itself nothing is known there.
  expect(judged([dropIn], { hypervisor: 'kvm' })[0]!.remedy.text).toMatch(/not among these files\.$/)
})

test('assertions are no conditions', () => {
  const text =
    '[Unit]\nAssertVirtualization=!vm\nConditionPathExists=/a\n[Service]\nExecStart=/usr/sbin/ntpd\n'
  const [finding] = judged([{ path: '/lib/systemd/system/ntpd.service', text }], { hypervisor: 'kvm' })
  expect(finding!.remedy.changes.slice(2)).toEqual([
    'AssertVirtualization=',
    'AssertVirtualization=!container',
  ])
})
