import { expect, test } from 'vitest'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'
import { BYTE_ORDER_MARK } from './byte-order-mark.ts'

const marks = (path: string, text: string) =>
  lint([{ path, text }]).filter(({ name }) => name === 'unknown-directive')

// `chronyd -p -f FILE` of 4.3 says of both "Invalid directive at line 1", and ends.
test.each([
  ['chrony.conf', 'pool p iburst\n', 'critical'],
  ['chrony.conf', '# our servers\npool p iburst\n', 'critical'],
  ['chrony.conf', '\npool p iburst\n', 'critical'],
  ['etc/chrony/sources.d/a.sources', 'server a iburst\n', 'warning'],
  ['ntp.conf', 'tinker panic 0\nserver a iburst\n', 'warning'],
  ['etc/openntpd/ntpd.conf', 'servers pool.ntp.org\n', 'critical'],
])('before %s: %j', (path, text, severity) => {
  expect(marks(path, text)).toEqual([])
  const found = marks(path, BYTE_ORDER_MARK + text)
  expect(found).toMatchObject([{ severity }])
  const bytes = `\xef\xbb\xbf${text}`
  expect(mergeEdits(bytes, [found[0]!.remedy.edits!]).text).toBe(text)
})

test.each([
  ['ntp.conf', '# our servers\nserver a iburst\n'],
  ['etc/chrony/sources.d/a.sources', '# our servers\nserver a iburst\n'],
  ['timesyncd.conf', '[Time]\nNTP=a\n'],
  ['etc/ntpd-rs/ntp.toml', '[[source]]\nmode = "server"\naddress = "a"\n'],
])('in %s it costs nothing before %j', (path, text) =>
  expect(marks(path, BYTE_ORDER_MARK + text)).toEqual([]),
)

test('another change of that line is made beside it', () => {
  const text = 'server a\nserver b\nserver c\nserver d\n'
  const groups = lint([{ path: 'chrony.conf', text: BYTE_ORDER_MARK + text }])
    .filter(({ name }) => name === 'unknown-directive' || name === 'no-iburst')
    .map(({ remedy }) => remedy.edits ?? [])
  expect(groups).toHaveLength(2)
  const { text: after, refused } = mergeEdits(`\xef\xbb\xbf${text}`, groups)
  expect(refused).toEqual([])
  expect(after).toBe(text.replaceAll('\n', ' iburst\n'))
})
