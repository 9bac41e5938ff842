import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatCpuList, parseCpuList } from './cpu-list.ts'

it('reads what Linux and taskset write', () => {
  expect(parseCpuList('0')).toEqual([0])
  expect(parseCpuList('0,2-5\n')).toEqual([0, 2, 3, 4, 5])
  expect(parseCpuList('0-6:2,1')).toEqual([0, 1, 2, 4, 6])
})

it('takes nothing else', () => {
  for (const text of ['', ',', 'good', '1-', '-1', '3-1', '1,,2', '0x1', '0-99999', '1-2-3', '0-6:0'])
    expect(parseCpuList(text)).toBeUndefined()
})

it('writes what it reads', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(300), { minLength: 1 }), cpus => {
      expect(parseCpuList(formatCpuList(cpus))).toEqual([...cpus].sort((a, b) => a - b))
    }),
  )
  expect(formatCpuList([5, 0, 2, 3, 4])).toBe('0,2-5')
})

it('is given any text', () => {
  fc.assert(fc.property(fc.string(), text => void parseCpuList(text)))
})
