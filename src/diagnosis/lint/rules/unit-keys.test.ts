import { describe, expect, test } from 'vitest'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'

const path = 'etc/systemd/system/chronyd.service'
const judged = (text: string, at = path) =>
  lint([{ path: at, text }], { hypervisor: 'kvm' }).filter(({ name }) =>
    ['unknown-option', 'misspelt'].includes(name),
  )
const UNIT = '[Unit]\nDescription=a\nConditionCapability=CAP_SYS_TIME\n'
const SERVICE = '[Service]\nType=forking\nExecStart=/usr/sbin/chronyd $OPTIONS\nStartLimitInterval=5\n'

test('a condition in [Service] is none, and belongs to [Unit]', () => {
  const text = `${UNIT}${SERVICE}ConditionVirtualization=!container\n`
  const [finding] = judged(text)
  expect(finding).toMatchObject({ name: 'unknown-option', severity: 'warning', evidence: [{ line: 8 }] })
  expect(mergeEdits(text, [finding!.remedy.edits!]).text).toBe(
    `[Unit]\nConditionVirtualization=!container\n${UNIT.slice(7)}${SERVICE}`,
  )
})

test('one that would keep the daemon out of guests is not moved to where it would', () => {
  const text = `${UNIT}${SERVICE}ConditionVirtualization=no\n`
  const [finding] = judged(text)
  expect(finding!.remedy.text).toMatch(/would keep the daemon from starting in guests/)
  expect(mergeEdits(text, [finding!.remedy.edits!]).text).toBe(UNIT + SERVICE)
})

test.each([
  ['[Unit]\nExecStart=/usr/sbin/chronyd\n', '[Service]'],
  [`${UNIT}WantedBy=multi-user.target\n${SERVICE}`, '[Install]'],
  [`${UNIT}${SERVICE}[Install]\nConflicts=systemd-timesyncd.service\n`, '[Unit]'],
])('%j: belongs to %s', (text, section) =>
  expect(judged(text)).toMatchObject([{ what: expect.stringContaining(`${section} only`) }]),
)

test('a condition that is misspelt', () =>
  expect(judged(`[Unit]\nConditionVirtualisation=!container\n${SERVICE}`)).toMatchObject([
    { name: 'misspelt', remedy: { changes: ['ConditionVirtualization=!container'] } },
  ]))

describe('nothing is said of', () => {
  test.each([
    [UNIT + SERVICE, path],
    [`${UNIT}${SERVICE}[Install]\nWantedBy=multi-user.target\nAlias=chrony.service\n`, path],
    ['[X-Own]\nConditionVirtualization=no\n', path],
    // No unit of a time daemon.
    [
      '[Service]\nExecStart=/usr/bin/other\nConditionVirtualization=!container\n',
      'etc/systemd/system/other.service',
    ],
  ])('%j in %s', (text, at) => expect(judged(text, at)).toEqual([]))
})
