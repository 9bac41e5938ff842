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
