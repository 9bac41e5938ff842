import { expect, it } from 'vitest'
import { parseCpuRanges } from './cpu-ranges.ts'

it.each([
  ['0', [0]],
  ['0-3,6', [0, 1, 2, 3, 6]],
  ['2,1-2', [1, 2]],
  ['', []],
  ['5-3', []],
  ['all', []],
])('%s', (ranges, cpus) => expect(parseCpuRanges(ranges)).toEqual(cpus))

it('never counts more than there can be', () => expect(parseCpuRanges('0-99999')).toHaveLength(8192))
