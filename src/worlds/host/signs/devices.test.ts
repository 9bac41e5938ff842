/** Witnesses read from files that stand for devices which this machine may not have. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { DisruptionSign } from '#core/guest/disruption.ts'
import { monotonic } from '#core/time/instant.ts'
import { type Libc, loadLibc } from '../../libc.ts'
import { openFiles } from '../files.ts'
import { openWatch } from '../watch.ts'
import { isFork, openKernelLog } from './kernel-log.ts'
import { findHostClock, openHostClock } from './ptp.ts'
import { readTsc, whyNoTsc } from './tsc.ts'
import { openVmClock } from './vmclock.ts'

const loaded = loadLibc()
const libc = loaded.kind === 'loaded' ? loaded.libc : (undefined as unknown as Libc)
const folder = mkdtempSync(join(tmpdir(), 'clockwright-signs-'))
const counter = () => monotonic(process.hrtime.bigint())

function tree(files: Record<string, string>) {
  const root = mkdtempSync(join(folder, 'root-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return openFiles(root)
}

describe('VMClock', () => {
  const vmclock = (marker: number, generation = 0, sequence = 2) => {
    const bytes = Buffer.alloc(4096)
    bytes.writeUInt32LE(0x4b4c4356, 0)
    bytes.writeUInt32LE(4096, 4)
    bytes.writeUInt16LE(1, 8)
    bytes[10] = 0xff
    bytes.writeUInt32LE(sequence, 12)
    bytes.writeBigUInt64LE(BigInt(marker), 16)
    bytes.writeBigUInt64LE(generation === 0 ? 0n : 1n << 8n, 24)
    bytes.writeBigUInt64LE(BigInt(generation), 104)
    return bytes
  }

  it('is noticed within a tenth of a second or a little more', async () => {
    const path = join(folder, 'vmclock0')
    writeFileSync(path, vmclock(1, 5))
    const signs: { sign: DisruptionSign; at: number }[] = []
    const witness = openVmClock(counter, undefined, sign => signs.push({ sign, at: performance.now() }), path)
    if (typeof witness !== 'object') throw new Error('not opened')
    expect(witness.notified).toBe(false)
    const fd = openSync(path, 'r+')
    const change = async (bytes: Buffer) => {
      const began = performance.now()
      writeSync(fd, bytes, 0, bytes.length, 0)
      while (signs.length === 0 && performance.now() < began + 2000) await sleep(5)
      const [first] = signs.splice(0)
      // 0.1 s between looks; the rest is for a busy machine.
      expect(first!.at - began).toBeLessThan(400)
      return first!.sign
    }
    expect(await change(vmclock(2, 5, 4))).toMatchObject({ kind: 'counter-changed', witness: 'vmclock' })
    expect(await change(vmclock(3, 6, 6))).toMatchObject({ kind: 'restored', witness: 'vmclock' })
    // Being written: nothing is believed until it is whole again.
    writeSync(fd, vmclock(9, 6, 7), 0, 4096, 0)
    await sleep(250)
    expect(signs).toEqual([])
    expect(await change(vmclock(9, 6, 8))).toMatchObject({ kind: 'counter-changed' })
    witness.close()
  })

  it('is none when there is no such file, or it is no VMClock', () => {
    writeFileSync(join(folder, 'noise'), Buffer.alloc(4096, 7))
    for (const name of ['nothing', 'noise'])
      expect(openVmClock(counter, undefined, () => {}, join(folder, name))).toBeUndefined()
  })
})

describe('the log of the kernel', () => {
  it('says it in these words, and nobody else may', () => {
    const said = 'random: crng reseeded due to virtual machine fork'
    expect(isFork(`5,1291,83276261,-;${said}\n`)).toBe(true)
    expect(isFork(`6,1291,83276261,-,caller=T1;${said}\n SUBSYSTEM=acpi\n`)).toBe(true)
    // Written to /dev/kmsg by a program: facility 1 and up.
    expect(isFork(`12,1292,83276261,-;${said}\n`)).toBe(false)
    expect(isFork('5,1293,83276261,-;random: crng reseeded on system resumption\n')).toBe(false)
    expect(isFork(said)).toBe(false)
  })

  it.skipIf(loaded.kind === 'missing')('wakes us for each message', async () => {
    const path = join(folder, 'kmsg')
    execFileSync('mkfifo', [path])
    const writer = openSync(path, 'r+')
    const watch = openWatch(libc)!
    const signs: DisruptionSign[] = []
    // A pipe has no end to go to.
    const log = openKernelLog({ ...libc, seekEnd: () => 0 }, watch, counter, sign => signs.push(sign), path)
    if (typeof log === 'string') throw new Error(log)
    writeSync(writer, '6,1,1,-;usb 1-1: new device\n')
    await sleep(50)
    writeSync(writer, '5,2,2,-;random: crng reseeded due to virtual machine fork\n')
    for (let i = 0; i < 100 && signs.length === 0; i++) await sleep(20)
    expect(signs).toEqual([
      { kind: 'restored', witness: 'vmgenid', during: { from: expect.any(BigInt), to: expect.any(BigInt) } },
    ])
    log.close()
    watch.close()
  })

  it.skipIf(loaded.kind === 'missing')('is missing by name', () => {
    const watch = openWatch(libc)!
    expect(openKernelLog(libc, watch, counter, () => {}, join(folder, 'none'))).toBe('no-kernel-log')
    watch.close()
  })
})

describe('the clock of the host', () => {
  it('is known by the name that its driver gives, the best of several', () => {
    const clocks = (...names: string[]) =>
      findHostClock(
        tree(Object.fromEntries(names.map((name, i) => [`sys/class/ptp/ptp${i}/clock_name`, `${name}\n`]))),
      )
    expect(clocks('KVM virtual PTP')).toEqual({ driver: 'ptp_kvm', device: '/dev/ptp0' })
    expect(clocks('mlx5_ptp', 'hyperv')).toEqual({ driver: 'ptp_hyperv', device: '/dev/ptp1' })
    expect(clocks('vmclock0', 'ena-ptp-05')).toMatchObject({ driver: 'ptp_ena' })
    expect(clocks('ptp_vmw')).toMatchObject({ driver: 'ptp_vmw' })
    expect(clocks('Virtio PTP type 0/variant 0')).toMatchObject({ driver: 'virtio_rtc' })
    expect(clocks('e1000e-ptp', 'i40e')).toBeUndefined()
    expect(findHostClock(tree({}))).toBeUndefined()
  })

  it.skipIf(loaded.kind === 'missing')('is none when it does not answer', () => {
    const read = { read: () => ({ wall: 0n, monotonic: 0n }) } as never
    expect(openHostClock(libc, read, join(folder, 'none'))).toBeUndefined()
    expect(openHostClock(libc, read, '/dev/null')).toBeUndefined()
  })
})

describe('the counter of the processor', () => {
  const cpu = (flags: string) => `processor\t: 0\nflags\t\t: fpu ${flags} sse2\n`
  const source = (name: string) => ({
    'sys/devices/system/clocksource/clocksource0/current_clocksource': `${name}\n`,
  })

  it('is a witness only where the clocks of the kernel are something else, and it is steady', () => {
    const steady = { 'proc/cpuinfo': cpu('rdtscp constant_tsc') }
    expect(whyNoTsc(tree({ ...source('kvm-clock'), ...steady }))).toBeUndefined()
    expect(whyNoTsc(tree({ ...source('hpet'), ...steady }))).toBeUndefined()
    expect(whyNoTsc(tree({ ...source('tsc'), ...steady }))).toBe('clocksource')
    expect(whyNoTsc(tree({ ...source('arch_sys_counter') }))).toBe('unsteady')
    expect(whyNoTsc(tree({ ...source('kvm-clock'), 'proc/cpuinfo': cpu('rdtscp') }))).toBe('unsteady')
    expect(whyNoTsc(tree({}))).toBe('clocksource')
  })

  const here = loaded.kind === 'loaded' ? libc.timestampCounter() : undefined
  it.skipIf(!here)('counts, and says on which CPU', () => {
    const looks = Array.from({ length: 5 }, () => readTsc(counter, here!))
    for (const { before, after, cpu, ticks } of looks) {
      expect(after).toBeGreaterThanOrEqual(before)
      expect(cpu).toBeLessThan(4096)
      expect(ticks).toBeGreaterThan(0n)
    }
    expect(looks[4]!.ticks).toBeGreaterThan(looks[0]!.ticks)
  })
})
