import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { takeInventory } from '../../inventory/inventory.ts'
import { lintMachine } from '../../machine/configuration.ts'
import type { About } from '../about.ts'
import { lint } from '../lint.ts'

const expires = (about: About) =>
  lint([{ path: 'etc/chrony.conf', text: 'pool pool.ntp.org iburst\nmakestep 1 3\n' }], about).find(
    ({ name }) => name === 'makestep-expires',
  )!

test('a limit of steps is a warning in a guest that nobody else puts right', () => {
  expect(expires({ hypervisor: 'kvm' })).toMatchObject({
    severity: 'warning',
    cost: expect.stringMatching(/^After a pause the clock is slewed/),
  })
})

test('and a note where the service of the host does, which is said', () => {
  expect(expires({ hypervisor: 'hyperv', putRightByHost: true })).toMatchObject({
    severity: 'note',
    cost: expect.stringMatching(
      /^The time service of Hyper-V \(hv_utils\) sets the clock to that of the host/,
    ),
  })
  expect(expires({ hypervisor: 'hyperv' })).toMatchObject({ severity: 'warning' })
})

test.each([
  [true, 'note'],
  [false, 'warning'],
])('which is seen by the module that takes what the host says (%j)', (module, severity) => {
  const files = memoryFiles({
    'etc/chrony/chrony.conf': 'pool pool.ntp.org iburst\nmakestep 1 3\n',
    'usr/sbin/chronyd': '',
    'sys/class/dmi/id/sys_vendor': 'Microsoft Corporation\n',
    'sys/class/dmi/id/product_name': 'Virtual Machine\n',
    ...(module && { 'sys/bus/vmbus/drivers/hv_utils/module': { directory: true } }),
    ...(module && { 'proc/modules': 'hv_utils 57344 0 - Live 0x0\n' }),
  })
  const finding = lintMachine(takeInventory(files), files).find(({ name }) => name === 'makestep-expires')
  expect(finding).toMatchObject({ severity })
})
