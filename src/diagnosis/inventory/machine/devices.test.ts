import { expect, test } from 'vitest'
import { memoryFiles } from '#core/guest/memory-files.ts'
import { findPtpDevices } from './devices.ts'

const CARD = { 'sys/class/ptp/ptp0/clock_name': 'mlx5_ptp\n' }
const COLLECTED = { 'clockwright/readings.json': '{}', 'sys/class/dmi/id/sys_vendor': 'QEMU\n' }

test.each<[string, Parameters<typeof memoryFiles>[0], readonly string[] | undefined]>([
  ['a device', CARD, ['/dev/ptp0 mlx5_ptp']],
  // Links lead out of the folder, and a copy may lack where to.
  ['a device without its name', { 'sys/class/ptp/ptp0/dev': '248:0\n' }, undefined],
  ['the folder without a device', { 'sys/class/ptp': { directory: true } }, []],
  ['some files of /sys, taken by hand', { 'sys/class/dmi/id/sys_vendor': 'QEMU\n' }, undefined],
  ['a copy that was made by clockwright', COLLECTED, []],
  ['a disk', { 'etc/chrony.conf': '' }, undefined],
])('%s: which PTP devices it has', (_, members, devices) =>
  expect(
    findPtpDevices(memoryFiles(members))?.map(({ device, clock }) => `${device} ${clock.value}`),
  ).toEqual(devices),
)
