import { expect, test } from 'vitest'
import { withEdits } from '../../../../test/support/edits.ts'
import type { About } from '../about.ts'
import type { LintFile } from '../file-kind.ts'
import { lint } from '../lint.ts'

const told = (files: readonly LintFile[], about?: About) =>
  lint(files, about).filter(({ name }) => name === 'no-daemon')

test.each([
  ['etc/default/ntp', "NTPD_OPTS='-g -q'", "NTPD_OPTS='-g'"],
  ['etc/default/ntpsec', 'NTPD_OPTS="-gq -N"', 'NTPD_OPTS="-g -N"'],
  ['etc/sysconfig/ntpd', 'OPTIONS="-g --quit"', 'OPTIONS="-g"'],
  ['etc/default/chrony', "DAEMON_OPTS='-F 1 -q'", "DAEMON_OPTS='-F 1'"],
  ['etc/default/chrony', "DAEMON_OPTS='-Q'", "DAEMON_OPTS=''"],
  [
    'etc/systemd/system/chronyd.service.d/own.conf',
    '[Service]\nExecStart=\nExecStart=/usr/sbin/chronyd -q',
    '[Service]\nExecStart=\nExecStart=/usr/sbin/chronyd',
  ],
])('%s: %j ends at once', (path, text, mended) => {
  const files = [{ path, text }]
  const [finding] = told(files)
  expect(finding).toMatchObject({ severity: 'critical' })
  const after = withEdits(files, finding!.remedy.edits!)
  expect(after[0]!.text).toBe(mended)
  expect(told(after)).toEqual([])
})

test('what is to run once is meant so, and so is what runs beside one that stays', () => {
  const unit = (name: string, lines: string) => ({
    path: `etc/systemd/system/${name}.service`,
    text: `[Service]\n${lines}\n`,
  })
  expect(told([unit('set-once', 'Type=oneshot\nExecStart=/usr/sbin/ntpd -gq')])).toEqual([])
  const first = unit('set-once', 'ExecStart=/usr/sbin/ntpd -gq')
  expect(told([first])).toHaveLength(1)
  expect(told([first, unit('ntpd', 'ExecStart=/usr/sbin/ntpd -g -n')])).toEqual([])
  const options = { path: 'etc/default/ntp', text: "NTPD_OPTS='-gq'" }
  expect(told([options, unit('ntp', 'ExecStart=/usr/sbin/ntpd -n $NTPD_OPTS')])).toHaveLength(1)
  expect(told([options], { setters: ['chronyd'] })).toEqual([])
  expect(told([options], { setters: ['ntpd'] })).toHaveLength(1)
})
