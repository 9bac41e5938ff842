import { expect, test } from 'vitest'
import { lineName } from './line-name.ts'
import { oneText } from './one-text.ts'

const MAIN = '/etc/chrony/chrony.conf'
const main = (text: string) => ({ path: MAIN, text, includedBy: undefined })
const below = (path: string, text: string, line: number, by: string) => ({
  path,
  text,
  includedBy: { path: MAIN, line, text: by },
})

test('one file is what it was, to the byte', () => {
  const text = '\uFEFFserver a.example iburst\r\nmakestep 1 3\n'
  expect(oneText([main(text)])).toEqual({
    text,
    lines: [1, 2, 3].map(line => ({ line, file: undefined })),
    passedOver: [],
  })
})

test('what a file includes stands behind the line that does, and each line has a name', () => {
  const { text, lines } = oneText([
    main('confdir /etc/chrony/conf.d\nmakestep 1 3'),
    below('/etc/chrony/conf.d/site.conf', 'makestep 0.1 -1', 1, 'confdir /etc/chrony/conf.d'),
  ])
  expect(text).toBe('confdir /etc/chrony/conf.d\nmakestep 0.1 -1\nmakestep 1 3')
  expect(lines.map(lineName)).toEqual(['line 1', 'line 1 of /etc/chrony/conf.d/site.conf', 'line 2'])
})

test('a byte order mark stays with the first line of a file that is included: it is a part of its first word', () => {
  const { text } = oneText([
    main('\uFEFF# ours\nconfdir /etc/chrony/conf.d'),
    below('/etc/chrony/conf.d/a.conf', '\uFEFFserver a\nrtcsync', 2, 'confdir /etc/chrony/conf.d'),
  ])
  expect(text).toBe('\uFEFF# ours\nconfdir /etc/chrony/conf.d\n\uFEFFserver a\nrtcsync')
  const dropIn = {
    path: '/etc/systemd/timesyncd.conf.d/a.conf',
    text: '\uFEFF[Time]\nNTP=a',
    includedBy: undefined,
  }
  const timesyncd = { path: '/etc/systemd/timesyncd.conf', text: '[Time]', includedBy: undefined }
  expect(oneText([timesyncd, dropIn]).text).toBe('[Time]\n[Time]\nNTP=a')
})

test('of a sourcedir whole lines that name a source count, once all else is read', () => {
  const dir = 'sourcedir /run/chrony-dhcp'
  const { text, lines, passedOver } = oneText([
    main(`${dir}\nserver a.example\ninclude /etc/x.sources`),
    below(
      '/run/chrony-dhcp/eth0.sources',
      'makestep 1 -1\nserver b.example\nserver d.example frob\nserver c.example',
      1,
      dir,
    ),
    below('/etc/x.sources', 'rtcsync', 3, 'include /etc/x.sources'),
  ])
  expect(text.split('\n').slice(1)).toEqual([
    'server a.example',
    'include /etc/x.sources',
    'rtcsync',
    'server b.example',
  ])
  expect(lines.at(-1)).toEqual({ line: 2, file: '/run/chrony-dhcp/eth0.sources' })
  expect(passedOver).toEqual([
    expect.stringMatching(
      /^line 1 of \/run\/chrony-dhcp\/eth0\.sources is passed over by chronyd: only server/,
    ),
    expect.stringMatching(/^line 3 of .* is passed over by chronyd: .*`frob`/),
    expect.stringMatching(/^line 4 of .* is passed over by chronyd: the line does not end/),
  ])
})
