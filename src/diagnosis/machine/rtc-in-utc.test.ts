/** A hardware clock that is to be in UTC: no file says so without it being written, too. */
import { expect, test } from 'vitest'
import { type Member, memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../inventory/inventory.ts'
import { planRepair } from '../repair/plan.ts'
import { checkMachine } from './check.ts'
import { lintMachine } from './configuration.ts'

function plan(members: Readonly<Record<string, Member>>, live: boolean) {
  const files = memoryFiles(members)
  const inventory = takeInventory(files)
  const findings = checkMachine(
    { inventory, live: undefined, prospect: undefined },
    lintMachine(inventory, files),
  ).filter(({ name }) => name === 'rtc-in-local-time')
  return planRepair(findings, inventory, {
    content: path => {
      const text = members[path.slice(1)]
      return typeof text === 'string' ? { kind: 'read', bytes: text } : { kind: 'absent' }
    },
    live,
    services: 'none',
  })
}

const GUEST = {
  'proc/cpuinfo': 'flags\t\t: fpu hypervisor\n',
  'sys/class/dmi/id/sys_vendor': 'QEMU\n',
}
const HWCLOCK = 'hwclock --systohc --noadjfile --utc'

test.each([
  ['etc/sysconfig/clock', { 'etc/sysconfig/clock': 'ZONE="Europe/Berlin"\nUTC=false\n' }, 1],
  // Their word for it differs: the boot of CentOS 5 goes by the second.
  [
    'etc/sysconfig/clock beside adjtime in UTC',
    { 'etc/sysconfig/clock': 'UTC=false\n', 'etc/adjtime': '0.0 0 0.0\n0\nUTC\n' },
    1,
  ],
  ['etc/adjtime', { 'etc/adjtime': '0.0 0 0.0\n0\nLOCAL\n' }, 1],
  ['both', { 'etc/sysconfig/clock': 'UTC=false\n', 'etc/adjtime': '0.0 0 0.0\n0\nLOCAL\n' }, 2],
])('%s', (_, members, edited) => {
  const live = plan({ ...GUEST, ...members }, true)
  const runs = live.steps.flatMap(({ change }) => (change.kind === 'command' ? [change.run.join(' ')] : []))
  expect(runs).toEqual([HWCLOCK])
  const edits = live.steps.filter(({ change }) => change.kind === 'file')
  expect(edits).toHaveLength(edited)
  for (const { risk } of edits) expect(risk).toMatch(/must be written in UTC before that/)
  expect(plan(members, false).advice.flatMap(({ lines }) => lines)).toContain(HWCLOCK)
})
