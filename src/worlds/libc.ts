/**
 * The only file that calls C. It loads koffi, gives each function of libc that we need a type, and decides nothing.
 *
 * Only 64-bit Linux on x86-64 and arm64 is spoken here: the numbers and layouts below are those of its kernel headers
 * (`asm-generic` for both), and both are little-endian. Anywhere else, or when koffi cannot be loaded, `loadLibc`
 * says why and the world does without; importing this file never throws.
 *
 * A call takes plain integers and addresses of memory that never moves (`buffer`): no object is built or copied
 * for it, which is the difference between 50 ns and 300 ns for reading a clock. Results follow C: -1, then `errno`.
 */
import { createRequire } from 'node:module'
import { decodeTimex, type TimexAnswer } from './timex.ts'

export interface Libc {
  /**
   * Memory at a fixed address, the same for the same purpose on every call: nothing in it outlives the statements that
   * use it, so one buffer serves all. It is never given back.
   */
  buffer(purpose: string, size: number): Memory
  /** Writes a `struct timespec` (two 64-bit integers) at `into`. */
  clockGettime(clock: number, into: number): number
  /** What the kernel says of the clock's resolution, as a `struct timespec` at `into`. */
  clockGetres(clock: number, into: number): number
  /** Reads or sets on which CPUs the **calling thread** runs (`thread` 0): a bit for each at `mask`, `size` bytes. */
  schedGetaffinity(thread: number, size: number, mask: number): number
  schedSetaffinity(thread: number, size: number, mask: number): number
  /** Lets another thread run that waits for this CPU, if there is one. */
  schedYield(): number
  /** From now on the signal does to this process what it does to one that says nothing of it. */
  defaultSignal(signal: number): void
  /** What the kernel says of its clock. Reads only: nothing can be set through this. */
  adjtimex(): TimexAnswer
  /**
   * Lets the caller set CLOCK_REALTIME: a `struct timex` at `from` is handed to clock_adjtime. Throws where the
   * environment forbids it (`NEVER_STEER`): a test, or a machine whose clock is somebody else's business.
   */
  allowSteering(): (from: number) => number
  socket(family: number, type: number, protocol: number): number
  bind(fd: number, name: number, length: number): number
  getsockname(fd: number, name: number, length: number): number
  setsockopt(fd: number, level: number, option: number, value: number, length: number): number
  sendto(fd: number, from: number, length: number, flags: number, name: number, nameLength: number): number
  recvmsg(fd: number, message: number, flags: number): number
  /** Up to `count` datagrams into an array of `struct mmsghdr`; how many. */
  recvmmsg(fd: number, messages: number, count: number, flags: number, timeout: number): number
  sendmmsg(fd: number, messages: number, count: number, flags: number): number
  read(fd: number, into: number, length: number): number
  /** The structure at `memory` is read, written, or both, as the request says (`ioctlRequest`). */
  ioctl(fd: number, request: number, memory: number): number
  /** Moves where the next read begins to the end: what is in the file already will not be read. */
  seekEnd(fd: number): number
  close(fd: number): number
  timerfdCreate(clock: number, flags: number): number
  timerfdSettime(fd: number, flags: number, value: number, old: number): number
  epollCreate(flags: number): number
  /** Begins (`EPOLL.add`) or ends (`EPOLL.remove`) watching; `events` come back with the descriptor as their data. */
  epollControl(epoll: number, operation: number, fd: number, events: number): number
  /** The descriptors that are ready now, at most 64 of them, written into `into`; how many. Never waits. */
  epollReady(epoll: number, into: Int32Array): number
  /** The processor's own counter; undefined where it cannot be read, or where the kernel's clocks are nothing else. */
  timestampCounter(): TimestampCounter | undefined
  /** The index of a network interface, 0 when there is none of that name; and back. */
  interfaceIndex(name: string): number
  interfaceName(index: number): string | undefined
  /** The name of the last error (`ECONNREFUSED`); to be asked right after the call that failed. */
  errno(): string
  errnoName(number: number): string
  strerror(name: string): string
  /** Calls `ready` from the event loop whenever `fd` can be read. Costs no thread. */
  watch(fd: number, ready: () => void): { close(): void }
}

export interface TimestampCounter {
  /** Ticks since some beginning. */
  read(): bigint
  /** Which CPU the latest read was made on. */
  cpu(): number
}

export interface Memory {
  readonly address: number
  readonly bytes: Uint8Array
  readonly view: DataView
}

export type LibcMissing = 'not-linux' | 'unknown-architecture' | 'koffi-not-loaded'

export type LoadedLibc =
  | { readonly kind: 'loaded'; readonly libc: Libc }
  | { readonly kind: 'missing'; readonly why: LibcMissing; readonly text: string }

/** Set to anything in the environment, no clock can be steered by this process. */
export const NEVER_STEER = 'CLOCKWRIGHT_NEVER_STEER'
export const steeringForbidden = (): boolean => (process.env[NEVER_STEER] ?? '') !== ''

export const CLOCK = {
  realtime: 0,
  monotonic: 1,
  monotonicRaw: 4,
  realtimeCoarse: 5,
  monotonicCoarse: 6,
  boottime: 7,
  tai: 11,
} as const
export const AF = { inet: 2, inet6: 10 } as const
export const SOCK = { dgram: 2, nonblock: 0o4000, cloexec: 0o2000000 } as const
export const SOL = { socket: 1, ip: 0, ipv6: 41 } as const
export const SO = {
  receiveBuffer: 8,
  timestampNs: 35,
  timestamping: 37,
  ipRecverr: 11,
  ipv6Recverr: 25,
  ipv6Only: 26,
} as const
export const MSG = { trunc: 0x20, dontwait: 0x40, errqueue: 0x2000 } as const
/** SOF_TIMESTAMPING_… */
export const STAMPING = { txSoftware: 2, rxSoftware: 8, software: 16, optId: 128, optTsonly: 2048 } as const
/** SO_EE_ORIGIN_… */
export const ORIGIN = { local: 1, icmp: 2, icmp6: 3, timestamping: 4 } as const
export const TFD = { nonblock: 0o4000, cloexec: 0o2000000, abstime: 1, cancelOnSet: 2 } as const
export const EPOLL = { add: 1, remove: 2, readable: 1, cloexec: 0o2000000, most: 64 } as const

/** The number of an ioctl that hands over a structure of `size` bytes (asm-generic/ioctl.h). */
export const ioctlRequest = (
  way: 'write' | 'read-write',
  type: string,
  number: number,
  size: number,
): number =>
  ((way === 'write' ? 1 : 3) * 2 ** 30 + size * 2 ** 16 + type.charCodeAt(0) * 2 ** 8 + number) >>> 0

let loaded: LoadedLibc | undefined

/** Loads once; later calls give the same answer. */
export function loadLibc(): LoadedLibc {
  loaded ??= load()
  return loaded
}

function load(): LoadedLibc {
  if (process.platform !== 'linux') return missing('not-linux', `this is ${process.platform}, not Linux`)
  if (process.arch !== 'x64' && process.arch !== 'arm64') {
    return missing('unknown-architecture', `the memory layouts of ${process.arch} are not known`)
  }
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi
    return { kind: 'loaded', libc: bindLibc(koffi) }
  } catch (error) {
    return missing('koffi-not-loaded', error instanceof Error ? error.message : String(error))
  }
}

const missing = (why: LibcMissing, text: string): LoadedLibc => ({ kind: 'missing', why, text })

type Koffi = typeof import('koffi').default

/** Arguments: `i` int, `u` unsigned int, `l` size_t, `p` an address, `s` a string. */
const TYPES = { i: 'int', u: 'uint', l: 'size_t', p: 'uintptr_t', s: 'const char *' } as const

function bindLibc(koffi: Koffi): Libc {
  // The process itself has libc loaded, under whatever name glibc or musl gives it.
  const library = koffi.load(null)
  const bindAs = (name: string, result: string, args: string) =>
    library.func(
      name,
      result,
      Array.from(args, letter => TYPES[letter as keyof typeof TYPES]),
    )
  const returningInt = (name: string, args: string) => bindAs(name, 'int', args)

  const errnoNames = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]))
  const errnoName = (number: number) => errnoNames.get(number) ?? `E${number}`
  const strerror = bindAs('strerror', 'const char *', 'i')

  const buffers = new Map<string, Memory>()
  function buffer(purpose: string, size: number): Memory {
    const known = buffers.get(purpose)
    if (known?.bytes.length === size) return known
    const memory = allocate(size)
    buffers.set(purpose, memory)
    return memory
  }

  function allocate(size: number): Memory {
    const pointer = koffi.alloc('uint8_t', size) as bigint
    const address = Number(pointer)
    if (!Number.isSafeInteger(address)) throw new RangeError(`an address beyond 2^53: ${pointer}`)
    const view = koffi.view(pointer, size)
    return { address, bytes: new Uint8Array(view).fill(0), view: new DataView(view) }
  }

  return {
    buffer,
    clockGettime: returningInt('clock_gettime', 'ip'),
    clockGetres: returningInt('clock_getres', 'ip'),
    schedGetaffinity: returningInt('sched_getaffinity', 'ilp'),
    schedSetaffinity: returningInt('sched_setaffinity', 'ilp'),
    schedYield: returningInt('sched_yield', ''),
    defaultSignal: signalResetter(bindAs('signal', 'uintptr_t', 'ip')),
    allowSteering() {
      if (steeringForbidden())
        throw new Error(`this clock must not be set here: the environment says so (${NEVER_STEER})`)
      const set = returningInt('clock_adjtime', 'ip')
      return from => set(CLOCK.realtime, from)
    },
    adjtimex: adjtimexReader(returningInt('adjtimex', 'p'), allocate(208)),
    socket: returningInt('socket', 'iii'),
    bind: returningInt('bind', 'ipu'),
    getsockname: returningInt('getsockname', 'ipp'),
    setsockopt: returningInt('setsockopt', 'iiipu'),
    sendto: bindAs('sendto', 'long', 'iplipu'),
    recvmsg: bindAs('recvmsg', 'long', 'ipi'),
    recvmmsg: returningInt('recvmmsg', 'ipuip'),
    sendmmsg: returningInt('sendmmsg', 'ipui'),
    read: bindAs('read', 'long', 'ipl'),
    ioctl: bindAs('ioctl', 'int', 'ilp'),
    seekEnd: endSeeker(bindAs('lseek', 'long', 'ili')),
    close: returningInt('close', 'i'),
    timerfdCreate: returningInt('timerfd_create', 'ii'),
    timerfdSettime: returningInt('timerfd_settime', 'iipp'),
    epollCreate: returningInt('epoll_create1', 'i'),
    ...epollCalls(returningInt, allocate),
    timestampCounter: () => timestampCounter(koffi, library, allocate),
    interfaceIndex: bindAs('if_nametoindex', 'uint', 's'),
    interfaceName: interfaceNames(bindAs('if_indextoname', 'uintptr_t', 'up'), allocate(16)),
    errno: () => errnoName(koffi.errno()),
    errnoName,
    strerror: name => (koffi.os.errno[name] === undefined ? name : strerror(koffi.os.errno[name])),
    watch: (fd, ready) => koffi.node.poll(fd, { readable: true }, ready),
  }
}

/** `modes` is zero before every call, so the kernel only answers. */
function adjtimexReader(call: (into: number) => number, { address, bytes, view }: Memory): () => TimexAnswer {
  return () => {
    bytes.fill(0)
    const state = call(address)
    return { state, ...decodeTimex(view) }
  }
}

/** struct epoll_event is packed on x86-64 (12 bytes) and on nothing else (16 bytes, the data at 8). */
function epollCalls(
  returningInt: (name: string, args: string) => (...args: number[]) => number,
  allocate: (size: number) => Memory,
): Pick<Libc, 'epollControl' | 'epollReady'> {
  const packed = process.arch === 'x64'
  const size = packed ? 12 : 16
  const data = packed ? 4 : 8
  const control = returningInt('epoll_ctl', 'iiip')
  const wait = returningInt('epoll_wait', 'ipii')
  const one = allocate(16)
  const many = allocate(size * EPOLL.most)
  return {
    epollControl(epoll, operation, fd, events) {
      one.view.setUint32(0, events, true)
      one.view.setInt32(data, fd, true)
      return control(epoll, operation, fd, one.address)
    },
    epollReady(epoll, into) {
      const count = wait(epoll, many.address, Math.min(EPOLL.most, into.length), 0)
      for (let i = 0; i < count; i++) into[i] = many.view.getInt32(i * size + data, true)
      return count
    },
  }
}

function interfaceNames(call: (index: number, into: number) => number | bigint, name: Memory) {
  return (index: number): string | undefined => {
    if (Number(call(index, name.address)) === 0) return undefined
    const end = name.bytes.indexOf(0)
    return String.fromCharCode(...name.bytes.subarray(0, end < 0 ? 16 : end))
  }
}

const signalResetter = (signal: (number: number, handler: number) => unknown) => (number: number) =>
  void signal(number, SIG_DFL)
const SIG_DFL = 0

const endSeeker = (lseek: (fd: number, offset: number, from: number) => number) => (fd: number) =>
  lseek(fd, 0, 2)

/** rdtscp; mov [rdi], ecx; shl rdx, 32; or rax, rdx; ret: the counter as a result, the CPU into memory. */
const RDTSCP = [0x0f, 0x01, 0xf9, 0x89, 0x0f, 0x48, 0xc1, 0xe2, 0x20, 0x48, 0x09, 0xd0, 0xc3]
const PROT = { read: 1, write: 2, execute: 4 } as const
const MAP = { private: 2, anonymous: 0x20 } as const
const PAGE = 4096
/** What Linux puts into IA32_TSC_AUX: the CPU in the lower twelve bits, its node above. */
const CPU_MASK = 0xfff

/**
 * The page is written first and made executable then, never both at once. Not on arm64: CNTVCT is what the kernel's
 * clocks are made of there, so it has nothing to add.
 */
function timestampCounter(
  koffi: Koffi,
  library: ReturnType<Koffi['load']>,
  allocate: (size: number) => Memory,
): TimestampCounter | undefined {
  if (process.arch !== 'x64') return undefined
  const map = library.func('mmap', 'uintptr_t', ['uintptr_t', 'size_t', 'int', 'int', 'int', 'long'])
  const protect = library.func('mprotect', 'int', ['uintptr_t', 'size_t', 'int'])
  const page = map(0, PAGE, PROT.read | PROT.write, MAP.private | MAP.anonymous, -1, 0)
  const address = BigInt(page)
  if (BigInt.asIntN(64, address) === -1n) return undefined
  new Uint8Array(koffi.view(address, PAGE)).set(RDTSCP)
  if (protect(page, PAGE, PROT.read | PROT.execute) !== 0) return undefined
  const type = koffi.proto('uint64_t', ['uintptr_t'])
  const aux = allocate(4)
  return {
    read: () => BigInt(koffi.call(address, type, aux.address)),
    cpu: () => aux.view.getUint32(0, true) & CPU_MASK,
  }
}
