import { expect, test } from 'vitest'
import { parseChronydOptions } from './options.ts'

const options = (line: string) => parseChronydOptions(line.split(' ').filter(Boolean))

test.each(['-F 1', '-u chrony -F 2', '-4 -s -r', '-f /etc/chrony.conf -n -d', '-F1', '', '-L 0 -t 60 -U'])(
  '%s is right',
  line => expect(options(line)).toMatchObject({ watchesOnly: false, restarted: false, notUnderstood: [] }),
)

test('what matters to the clock', () => {
  expect(options('-F 1 -x').watchesOnly).toBe(true)
  expect(options('-rR').restarted).toBe(true)
  expect(options('-f -x').watchesOnly).toBe(false)
  expect(['-q', '-nQ', '-f -q', '-x'].map(line => options(line).quit)).toEqual([true, true, false, false])
  expect(options('-g -x').notUnderstood).toEqual(['-g'])
  expect(options('--makestep').notUnderstood).toEqual(['--makestep'])
})
