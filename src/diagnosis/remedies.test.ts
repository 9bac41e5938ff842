/** What is advised fits the version that runs, and is not what is there already. */
import { expect, test } from 'vitest'
import { explain } from '../../test/support/explain.ts'

const paused = (version: string) =>
  explain(
    `2027-03-05T00:00:00Z chronyd version ${version} starting (+CMDMON)`,
    '2027-03-05T00:00:04Z Selected source 192.0.2.1',
    "2027-03-05T11:06:54Z Can't synchronise: no selectable sources",
    '2027-03-05T11:07:42Z Jitter of 192.0.2.1 exceeds maxjitter of 1.000 seconds',
    '2027-03-05T11:08:15Z Selected source 192.0.2.1',
    '2027-03-05T11:08:15Z System clock wrong by 46.997210 seconds',
  ).findings

test.each([
  ['1.29', 'systemctl restart chronyd'],
  ['3.5', 'systemctl restart chronyd'],
  ['4.0', 'chronyc -m "reset sources" "burst 4/4"'],
  ['4.8', 'chronyc -m "reset sources" "burst 4/4"'],
  ['DEVELOPMENT', 'chronyc -m "reset sources" "burst 4/4"'],
])('chronyd %s forgets what it measured by: %s', (version, change) => {
  const found = paused(version).find(({ name }) => name === 'source-rejected-by-its-own-jitter')!
  expect(found.remedy).toMatchObject({ version, changes: [change] })
  expect(found.remedy.text.includes('or newer')).toBe(version === 'DEVELOPMENT')
  expect(found.confirm).not.toContain('peerstats')
})

const stepped = (...times: readonly string[]) => steppedBy([], ...times)
const steppedBy = (conf: readonly string[], ...times: readonly string[]) =>
  explain(
    ...conf,
    '2027-03-05T00:00:00Z chronyd version 4.5 starting (+CMDMON)',
    '2027-03-05T00:00:04Z Selected source 192.0.2.1',
    ...times.map(time => `2027-03-05T${time}Z System clock was stepped by 30.000000 seconds`),
  ).findings.find(({ name }) => name === 'vm-paused')!.remedy

test('who steps at any time is not told to; a single step may be somebody’s with chronyc makestep', () => {
  expect(stepped('11:08:15', '17:08:15').changes).toEqual(['server … iburst minpoll 4 maxpoll 6'])
  expect(stepped('11:08:15').changes).toContain('makestep 1 -1')
  // The first updates of chronyd.
  expect(stepped('00:00:40', '00:02:40', '11:08:15').changes).toContain('makestep 1 -1')
})

test.each([
  ['the update that found it wrong, an hour after the first word of its log', '03:10:11', '04:15:40', false],
  ['somebody, minutes after it was found', '03:10:11', '04:25:40', true],
  ['an update that may be one of the first after a start', '04:10:11', '04:15:40', true],
])('a single step was by %s', (_, first, at, advised) => {
  const { findings } = explain(
    `Nov 17 ${first} a chronyd[799]: Selected source 192.0.2.1`,
    'Nov 17 04:15:03 a chronyd[799]: System clock wrong by 37.214553 seconds',
    `Nov 17 ${at} a chronyd[799]: System clock was stepped by 37.214553 seconds`,
  )
  const { changes } = findings.find(({ name }) => name === 'vm-paused')!.remedy
  expect(changes.includes('makestep 1 -1')).toBe(advised)
})

test('what it was slewing already is stepped with what it found: the size differs a little, and nobody did it by hand', () => {
  const { findings } = explain(
    'Nov 17 00:00:01 a chronyd[799]: chronyd version 4.5 starting (+CMDMON)',
    'Nov 17 00:00:11 a chronyd[799]: Selected source 192.0.2.1',
    'Nov 17 04:15:03 a chronyd[799]: System clock wrong by 29.998721 seconds',
    'Nov 17 04:15:33 a chronyd[799]: System clock was stepped by 29.998872 seconds',
  )
  const { changes } = findings.find(({ name }) => name === 'vm-paused')!.remedy
  expect(changes).not.toContain('makestep 1 -1')
})

test('where nothing keeps the clock, no program is put first that hardly anybody runs', () => {
  const { findings } = explain('[12.000000] PM: suspend entry (deep)', '[13.000000] PM: suspend exit')
  const found = findings.find(({ name }) => name === 'kernel-saw-a-pause')!
  expect(found.remedy.text).toMatch(/chronyd.*ptp4l/)
})

test('what chrony.conf beside the log says is known, too', () => {
  const conf = ['pidfile chronyd.pid', 'log measurements tracking', 'rtcsync']
  expect(steppedBy([...conf, 'makestep 0.1 -1'], '11:08:15').changes).not.toContain('makestep 1 -1')
  expect(steppedBy([...conf, 'makestep 1 3'], '11:08:15').changes).toContain('makestep 1 -1')
})
