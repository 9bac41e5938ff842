import { expect, test } from 'vitest'
import { mergeEdits } from '../../repair/edit.ts'
import { lint } from '../lint.ts'

const UNIT = '[Service]\nType=forking\nExecStart=/usr/sbin/chronyd $OPTIONS\n'
const AGAIN = '[Service]\nExecStart=/usr/sbin/chronyd -f /etc/corp.conf\n'
const ANEW = AGAIN.replace('\n', '\nExecStart=\n')

const judged = (unit: string | undefined, ...dropIns: readonly string[]) =>
  lint([
    ...(unit === undefined ? [] : [{ path: 'usr/lib/systemd/system/chronyd.service', text: unit }]),
    ...dropIns.map((text, i) => ({ path: `etc/systemd/system/chronyd.service.d/${i}.conf`, text })),
  ]).filter(({ name }) => name === 'wrong-values')

test('a drop-in that starts the daemon otherwise begins the list anew, or systemd refuses the unit', () => {
  const [finding, ...more] = judged(UNIT, AGAIN)
  expect(more).toEqual([])
  expect(finding).toMatchObject({ severity: 'critical', evidence: [{ line: 3 }, { line: 2 }] })
  const { text } = mergeEdits(AGAIN, [finding!.remedy.edits!])
  expect(text).toBe(ANEW)
  expect(judged(UNIT, text)).toEqual([])
})

test.each([
  ['by itself, of a daemon whose unit starts it', undefined, [AGAIN], 1],
  ['by itself, and anew', undefined, [ANEW], 0],
  ['which another one begins anew', UNIT, [ANEW, AGAIN], 1],
  ['before one that begins it anew', UNIT, [AGAIN, ANEW], 0],
  ['of a service that ends', UNIT.replace('forking', 'oneshot'), [AGAIN], 0],
  ['that says nothing of it', UNIT, ['[Service]\nRestart=always\n'], 0],
  ['no drop-in, and two in one unit', `${UNIT}ExecStart=/usr/sbin/chronyd -q\n`, [], 1],
] as const)('%s', (_, unit, dropIns, count) => expect(judged(unit, ...dropIns)).toHaveLength(count))
