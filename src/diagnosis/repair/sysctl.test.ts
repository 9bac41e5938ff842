import { expect, test } from 'vitest'
import type { Inventory } from '#core/guest/inventory.ts'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { lintMachine } from '../machine/configuration.ts'
import type { Ground } from './ground.ts'
import { planRepair } from './plan.ts'
import { planSysctl } from './sysctl.ts'

const NAME = 'xen.independent_wallclock'
const CONF = '/etc/sysctl.conf'

const groundOf = (text: string): Ground => ({
  content: path => (path === CONF ? { kind: 'read', bytes: text } : { kind: 'absent' }),
  live: false,
  services: 'none',
})
const inventoryOf = (text: string): Inventory =>
  takeInventory(memoryFiles({ [CONF]: text, '/etc/ntp.conf': 'server a\n', '/usr/sbin/ntpd': 'x' }))

test.each([
  ['xen.independent_wallclock=0', 'xen.independent_wallclock=1'],
  ['xen/independent_wallclock=0', 'xen/independent_wallclock=1'],
  ['xen.independent_wallclock = 0', 'xen.independent_wallclock = 1'],
  ['  xen.independent_wallclock\t=0 ', '  xen.independent_wallclock\t=1 '],
])('%j keeps its style, whoever asks for the new value', (line, expected) => {
  const text = `# of this host\n${line}\n`
  const inventory = inventoryOf(text)
  const action = { kind: 'sysctl', name: NAME, value: '1' } as const
  expect(planSysctl(action, inventory, groundOf(text).content)).toEqual({
    kind: 'edit',
    file: CONF,
    edit: { kind: 'replace', line: 2, text: expected },
  })
  const [finding] = lintMachine(inventory, memoryFiles({ [CONF]: text })).filter(
    ({ name }) => name === 'wallclock-follows-host',
  )
  expect(finding).toBeDefined()
  const both = [
    { ...finding!, what: 'the file says so', remedy: finding!.remedy },
    { ...finding!, what: 'the kernel says so', remedy: { ...finding!.remedy, actions: [action] } },
  ]
  const plan = planRepair(both, inventory, groundOf(text))
  expect(plan.steps.map(({ change }) => change)).toEqual([
    { kind: 'file', path: CONF, before: text, after: `# of this host\n${expected}\n` },
  ])
  expect(plan.advice.map(({ title }) => title)).toEqual([])
})

test('what stands behind the old value is a part of it, and no comment', () => {
  const edits = (line: string) => {
    const text = `${line}\n`
    const action = { kind: 'sysctl', name: NAME, value: '1' } as const
    return planSysctl(action, inventoryOf(text), groundOf(text).content)
  }
  expect(edits('xen.independent_wallclock=0 # no')).toMatchObject({
    edit: { text: '# no\nxen.independent_wallclock=1' },
  })
  expect(edits('xen.independent_wallclock = 0 0')).toMatchObject({
    edit: { text: 'xen.independent_wallclock = 1' },
  })
})
