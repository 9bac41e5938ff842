import { expect, test } from 'vitest'
import { lint } from '../lint.ts'

const found = (path: string, text: string, name: string) =>
  lint([{ path, text }]).filter(each => each.name === name)

test.each([
  ['maxdistance 0.001\n', 1],
  ['maxdistance -1\n', 1],
  ['maxdistance 16\n', 0],
  ['maxdistance 0.001\nmaxdistance 1\n', 0],
  // The clock of the host is nearer than any server.
  ['maxdistance 0.001\nrefclock PHC /dev/ptp_kvm poll 2\n', 0],
])('%j: no source is so near', (lines, count) =>
  expect(found('chrony.conf', `pool pool.ntp.org iburst\n${lines}`, 'never-agrees')).toHaveLength(count),
)

test.each([
  ['ntp.conf', 'server ntp.example ibrust\n'],
  ['chrony.conf', 'server ntp.example minpoll 6 IBRUST\n'],
])('%s: an iburst that is misspelt is not missed, too', (path, text) => {
  expect(found(path, text, 'misspelt')).toHaveLength(1)
  expect(found(path, text, 'no-iburst')).toEqual([])
  expect(found(path, text.replace(/ ibrust/i, ''), 'no-iburst')).toHaveLength(1)
})
