/** Why a clock could not be measured is said in the head. */
import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import type { LiveFacts, LiveSource } from '#diagnosis/machine/subject.ts'
import { plain } from '../style.ts'
import { checkScreen } from './check.ts'

const source = (offset: number | undefined, more: Partial<LiveSource> = {}): LiveSource => ({
  name: 'a',
  address: '192.0.2.1',
  answers: offset !== undefined,
  why: undefined,
  offset,
  bound: offset === undefined ? undefined : 0.01,
  ...more,
})

test.each<[why: string, facts: Partial<LiveFacts>]>([
  ['no source answered', { sources: [source(undefined)] }],
  ['no source that answers gives the time', { sources: [source(undefined, { withoutTime: 'denied' })] }],
  ['the 2 sources that answer contradict each other', { sources: [source(0), source(5)] }],
  ['127.0.0.1 is this machine itself, and it has no other source', { sources: [], itself: ['127.0.0.1'] }],
])('%s', (why, facts) => {
  const live = {
    offset: undefined,
    bound: undefined,
    sources: [],
    hostClock: undefined,
    kernelClock: undefined,
    ...facts,
  }
  const checked = {
    inventory: takeInventory(memoryFiles({})),
    setters: [],
    live,
    prospect: undefined,
    unforeseen: false,
    findings: [],
  }
  expect(checkScreen(checked, 200, plain)).toContain(`could not be measured: ${why}.`)
})
