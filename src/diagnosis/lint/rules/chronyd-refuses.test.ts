import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

const refused = (...texts: readonly string[]) =>
  lint(
    texts.map((text, index) => ({
      path: index === 0 ? 'etc/chrony/chrony.conf' : `etc/chrony/conf.d/${index}.conf`,
      text,
    })),
  ).filter(({ name }) => name === 'chronyd-refuses')

test.each([
  [['rtcfile /var/lib/chrony/rtc\nrtconutc\nrtcsync\n']],
  [['RTCSYNC\n', 'rtcfile /var/lib/chrony/rtc\n']],
])('%j does not start, and a person has to choose', texts => {
  const [finding] = refused(...texts)
  expect(finding).toMatchObject({ severity: 'critical' })
  expect(finding!.evidence).toHaveLength(2)
  expect(finding!.remedy.edits).toBeUndefined()
})

test.each(['rtcsync\n', 'rtcfile /var/lib/chrony/rtc\nrtconutc\n', '# rtcfile /x\nrtcsync\n'])(
  '%j is taken',
  text => expect(refused(text)).toEqual([]),
)

test.each([
  ['include /etc/chrony/chrony.conf\n', []],
  ['confdir /etc/chrony/conf.d\n', ['include /etc/chrony/*.conf\n']],
  [
    'include /etc/chrony/conf.d/1.conf\n',
    ['include /etc/chrony/conf.d/2.conf\n', 'include /etc/chrony/chrony.conf\n'],
  ],
])('%j %j go in a circle', (main, others) => {
  const findings = refused(main, ...others)
  expect(findings).toMatchObject([{ severity: 'critical' }])
  expect(findings[0]!.evidence).toHaveLength(1 + others.length)
})

test.each([
  ['include /etc/chrony/conf.d/*.conf\n', ['server a\n', 'include /etc/chrony/keys.conf\n']],
  ['sourcedir /etc/chrony\n', []],
  ['include /etc/chrony/conf.d/1.conf\ninclude /etc/chrony/conf.d/1.conf\n', ['server a\n']],
])('%j %j do not', (main, others) => expect(refused(main, ...others)).toEqual([]))
