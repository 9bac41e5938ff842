import { expect, test } from 'vitest'
import { lint } from './lint.ts'

const FRAGMENT = '/etc/chrony/conf.d/vm.conf'
const told = (root: string, main: string, fragment: string) =>
  lint(
    [
      { path: `${root}/etc/chrony/chrony.conf`, text: main },
      { path: root + FRAGMENT, text: fragment },
    ],
    { hypervisor: 'kvm', complete: true },
  )
    .filter(({ name }) => name === 'makestep-expires')
    .map(({ remedy: { edits = [] } }) => edits.map(({ file, line, text }) => `${file}:${line} ${text}`))

const POOL = 'pool ntp.example iburst\n'
const FIRST = `confdir /etc/chrony/conf.d\n${POOL}makestep 1 3\n`
const LAST = `${POOL}makestep 1 3\nconfdir /etc/chrony/conf.d\n`

test.each(['', '/copies/one'])('a fragment counts at the place of its `confdir` (%j)', root => {
  expect(told(root, FIRST, 'makestep 1 -1\n')).toEqual([['0:3 makestep 1 -1']])
  expect(told(root, LAST, 'makestep 1 -1\n')).toEqual([])
  expect(told(root, LAST.replace('1 3', '1 -1'), 'makestep 1 3\n')).toEqual([['1:1 makestep 1 -1']])
  expect(told(root, FIRST.replace('1 3', '1 -1'), 'makestep 1 3\n')).toEqual([])
  expect(
    told(root, LAST.replace('confdir /etc/chrony/conf.d', `include ${FRAGMENT}`), 'makestep 1 -1\n'),
  ).toEqual([])
})

test('so does an `includefile` of ntpd', () => {
  const panics = (main: string, more: string) =>
    lint(
      [
        { path: '/etc/ntp.conf', text: main },
        { path: '/etc/ntp/more.conf', text: more, kind: 'ntp.conf' },
      ],
      { hypervisor: 'kvm', complete: true },
    ).some(({ name }) => name === 'panic-exit-ahead')
  const server = 'server ntp.example iburst\n'
  const include = 'includefile /etc/ntp/more.conf\n'
  expect(panics(`tinker panic 0\n${server}${include}`, 'tinker panic 500\n')).toBe(true)
  expect(panics(`${include}tinker panic 0\n${server}`, 'tinker panic 500\n')).toBe(false)
  expect(panics(`${include}tinker panic 500\n${server}`, 'tinker panic 0\n')).toBe(true)
})
