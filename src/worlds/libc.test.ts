import { readlinkSync } from 'node:fs'
import { expect, it } from 'vitest'
import { AF, CLOCK, EPOLL, type Libc, loadLibc, SOCK } from './libc.ts'

const loaded = loadLibc()
const linux = it.skipIf(loaded.kind === 'missing')
const libc = loaded.kind === 'loaded' ? loaded.libc : (undefined as unknown as Libc)

it('says why there is none, or gives it', () => {
  expect(loadLibc()).toBe(loaded)
  if (loaded.kind === 'missing') expect(loaded.text).not.toBe('')
})

linux('reads the five clocks', () => {
  const { address, view } = libc.buffer('test', 16)
  const read = (clock: number) => {
    expect(libc.clockGettime(clock, address)).toBe(0)
    return Number(view.getBigInt64(0, true)) + Number(view.getBigInt64(8, true)) / 1e9
  }
  // Two readings of one clock on a busy machine may be a second apart.
  expect(Math.abs(read(CLOCK.realtime) - Date.now() / 1e3)).toBeLessThan(1)
  expect(Math.abs(read(CLOCK.monotonic) - Number(process.hrtime.bigint()) / 1e9)).toBeLessThan(1)
  expect(read(CLOCK.monotonicRaw)).toBeGreaterThan(0)
  expect(read(CLOCK.boottime)).toBeGreaterThanOrEqual(read(CLOCK.monotonic) - 1)
  // TAI is ahead of UTC by a whole number of seconds, or by none when nobody told the kernel.
  expect(read(CLOCK.tai) - read(CLOCK.realtime)).toBeGreaterThan(-1)
  expect(libc.clockGettime(99, address)).toBe(-1)
  expect(libc.errno()).toBe('EINVAL')
})

linux('reads adjtimex, whose fields stand where they should', () => {
  const timex = libc.adjtimex()
  // TIME_OK to TIME_ERROR.
  expect(timex.state).toBeGreaterThanOrEqual(0)
  expect(timex.state).toBeLessThanOrEqual(5)
  // The kernel refuses ticks that are more than a tenth off.
  expect(timex.tick).toBeGreaterThanOrEqual(9000)
  expect(timex.tick).toBeLessThanOrEqual(11000)
  expect(Math.abs(timex.frequency)).toBeLessThanOrEqual(500 * 65536)
  expect(timex.tai).toBeGreaterThanOrEqual(0)
})

linux('names errors', () => {
  expect(libc.close(-1)).toBe(-1)
  expect(libc.errno()).toBe('EBADF')
  expect(libc.errnoName(111)).toBe('ECONNREFUSED')
  expect(libc.errnoName(4000)).toBe('E4000')
  expect(libc.strerror('ECONNREFUSED')).toBe('Connection refused')
  expect(libc.strerror('EWHATEVER')).toBe('EWHATEVER')
})

linux('knows the interfaces', () => {
  const index = libc.interfaceIndex('lo')
  expect(index).toBeGreaterThan(0)
  expect(libc.interfaceName(index)).toBe('lo')
  expect(libc.interfaceIndex('no-such-if')).toBe(0)
  expect(libc.interfaceName(123_456)).toBeUndefined()
})

linux('watches a set of descriptors from the event loop, and lets go of it', async () => {
  const set = libc.epollCreate(EPOLL.cloexec)
  const receiver = libc.socket(AF.inet, SOCK.dgram | SOCK.nonblock | SOCK.cloexec, 0)
  const { address, bytes } = libc.buffer('test', 32)
  bytes.set([AF.inet, 0, 0, 0, 127, 0, 0, 1])
  expect(libc.bind(receiver, address, 16)).toBe(0)
  bytes[16] = 16
  expect(libc.getsockname(receiver, address, address + 16)).toBe(0)
  expect(libc.epollControl(set, EPOLL.add, receiver, EPOLL.readable)).toBe(0)

  const ready = new Int32Array(EPOLL.most)
  expect(libc.epollReady(set, ready)).toBe(0)
  const noticed = new Promise<void>(done => {
    const watched = libc.watch(set, () => {
      watched.close()
      done()
    })
  })
  expect(libc.sendto(receiver, address, 8, 0, address, 16)).toBe(8)
  await noticed
  expect(libc.epollReady(set, ready)).toBe(1)
  expect(ready[0]).toBe(receiver)

  for (const fd of [set, receiver]) {
    expect(libc.close(fd)).toBe(0)
    expect(() => readlinkSync(`/proc/self/fd/${fd}`)).toThrow()
  }
})
