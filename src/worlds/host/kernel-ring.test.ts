import { expect, it } from 'vitest'
import { lineOf, readKernelRing } from './kernel-ring.ts'

it('writes a message as dmesg does', () => {
  expect(lineOf('6,339,5140900,-;NET: Registered protocol family 10\n SUBSYSTEM=x\n')).toBe(
    '[    5.140900] NET: Registered protocol family 10',
  )
  expect(lineOf('4,1,12,-;early')).toBe('[    0.000012] early')
  // Of a program, not of the kernel.
  expect(lineOf('30,1,12,-;systemd[1]: hello')).toBeUndefined()
  expect(lineOf('nonsense')).toBeUndefined()
})

it('reads the ring of this machine, or says why not', () => {
  const read = readKernelRing()
  if (read.kind === 'read') expect(read.text).toMatch(/^(?:\[ *\d+\.\d{6}\] .*\n)+$/)
  else expect(read.kind === 'absent' || read.why === 'not-permitted').toBe(true)
  expect(readKernelRing('/nowhere/kmsg')).toEqual({ kind: 'absent' })
})
