/**
 * Requests to this machine, and the replies to them: up to 64 datagrams with one call, answered in the memory where they
 * lie, and sent with another. Nothing is built for a request, so a flood of them makes no garbage.
 *
 * When a request came is the kernel's word. When its reply leaves is ours, read just before the sending call; those
 * behind it in the batch leave later by what a send has lately cost.
 */
import type { Endpoint } from '#core/ntp/endpoint.ts'
import type { Responder, Visit } from '#core/ntp/responder.ts'
import type { Listening } from '#worlds/world.ts'
import { AF, CLOCK, type Libc, MSG, SO, SOCK, SOL } from '../libc.ts'
import { encodeSockaddr, SOCKADDR_SIZE } from './sockaddr.ts'
import { setOption } from './socket.ts'
import type { Watch } from './watch.ts'

export interface Service {
  /** An errno name when the kernel refuses. */
  listen(at: Endpoint, responder: Responder): Listening | string
  close(): void
}

const BATCH = 64
/** Full batches in one turn of the event loop; what is left comes in the next, after everything else that waits. */
const BATCHES = 4
/** A request with more extension fields than this has room for is cut off, and dropped. */
const PAYLOAD_SIZE = 1152
const RECEIVE_BUFFER = 4 << 20
/** Whoever waited longer has asked somebody else. */
const PATIENCE_NS = 1e9
/** A clock that reads so much less than when the request came was set back. */
const SET_BACK_NS = -1e3
/** The share of the latest batch in what a send is thought to cost. */
const LEARNING = 1 / 8

/** `struct mmsghdr`: a `struct msghdr` of 56 bytes, then a length. */
const HEADER_SIZE = 64
const NAME_LENGTH = 8
const VECTOR_POINTER = 16
const VECTOR_COUNT = 24
const CONTROL_POINTER = 32
const CONTROL_LENGTH = 40
const FLAGS = 48
const LENGTH = 56
const VECTOR_SIZE = 16
const NAME_SIZE = 32
const CONTROL_SIZE = 128
const REPLY_CONTROL_SIZE = 48
/** `struct in_pktinfo`: interface, local address, address of the header; `struct in6_pktinfo`: address, interface. */
const PKTINFO = 8
const IPV6_RECVPKTINFO = 49
const IPV6_PKTINFO = 50

const RECEIVED = 0
const SENT = RECEIVED + BATCH * HEADER_SIZE
const VECTORS = SENT + BATCH * HEADER_SIZE
const REPLY_VECTORS = VECTORS + BATCH * VECTOR_SIZE
const NAMES = REPLY_VECTORS + BATCH * VECTOR_SIZE
const CONTROLS = NAMES + BATCH * NAME_SIZE
const REPLY_CONTROLS = CONTROLS + BATCH * CONTROL_SIZE
const TIMES = REPLY_CONTROLS + BATCH * REPLY_CONTROL_SIZE
const PAYLOADS = TIMES + 64
const SIZE = PAYLOADS + BATCH * PAYLOAD_SIZE

interface Door {
  readonly fd: number
  readonly responder: Responder
  /** It listens at every address, so a reply must be told from which one to leave. */
  readonly everywhere: boolean
}

/** `before` is called when requests have come, before any is answered: what it learns is told first. */
export function openService(libc: Libc, watch: Watch, before: () => void): Service {
  const doors = new Set<Door>()
  let batches: Batches | undefined

  function take(door: Door): void {
    before()
    for (let i = 0; i < BATCHES && doors.has(door); i++) if (batches!.take(door) < BATCH) return
  }

  function listen(at: Endpoint, responder: Responder): Listening | string {
    const name = encodeSockaddr(at, libc)
    if (!name) return 'EADDRNOTAVAIL'
    const opened = openDoor(libc, name)
    if (typeof opened === 'string') return opened
    const door: Door = { fd: opened, responder, everywhere: isWildcard(name) }
    if (!watch.add(opened, () => take(door))) {
      const errno = libc.errno()
      libc.close(opened)
      return errno
    }
    batches ??= new Batches(libc)
    doors.add(door)
    return { discard: () => batches!.discard(door), close: () => shut(door) }
  }

  function shut(door: Door): void {
    if (!doors.delete(door)) return
    watch.remove(door.fd)
    libc.close(door.fd)
  }

  return {
    listen,
    close() {
      for (const door of [...doors]) shut(door)
    },
  }
}

function openDoor(libc: Libc, name: Uint8Array): number | string {
  const family = name[0]!
  const fd = libc.socket(family, SOCK.dgram | SOCK.nonblock | SOCK.cloexec, 0)
  if (fd < 0) return libc.errno()
  if (family === AF.inet6) setOption(libc, fd, SOL.ipv6, SO.ipv6Only, 1)
  setOption(libc, fd, SOL.socket, SO.receiveBuffer, RECEIVE_BUFFER)
  setOption(libc, fd, SOL.socket, SO.timestampNs, 1)
  if (isWildcard(name)) {
    if (family === AF.inet) setOption(libc, fd, SOL.ip, PKTINFO, 1)
    else setOption(libc, fd, SOL.ipv6, IPV6_RECVPKTINFO, 1)
  }
  const memory = libc.buffer('bind', SOCKADDR_SIZE)
  memory.bytes.set(name)
  if (libc.bind(fd, memory.address, name.length) === 0) return fd
  const errno = libc.errno()
  libc.close(fd)
  return errno
}

const isWildcard = (name: Uint8Array): boolean =>
  name.subarray(name[0] === AF.inet ? 4 : 8, name[0] === AF.inet ? 8 : 24).every(byte => byte === 0)

/** The memory in which requests become replies, one batch at a time. */
class Batches {
  readonly #libc: Libc
  readonly #address: number
  readonly #bytes: Uint8Array
  readonly #words: Uint32Array
  readonly #visit: Visit
  /** What sending a reply has lately cost, in ns. */
  #cost = 3000
  /** The wall clock, as it was read last. */
  #seconds = 0
  #nanoseconds = 0

  constructor(libc: Libc) {
    this.#libc = libc
    const { address, bytes } = libc.buffer('service', SIZE)
    this.#address = address
    this.#bytes = bytes
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, SIZE >> 2)
    for (let i = 0; i < BATCH; i++) this.#prepare(i)
    this.#visit = {
      bytes,
      at: 0,
      length: 0,
      address: bytes,
      addressAt: 0,
      addressLength: 0,
      port: 0,
      seconds: 0,
      nanoseconds: 0,
      now: 0,
    }
  }

  /** Receives one batch and answers it; how many came. */
  take(door: Door): number {
    const count = this.#receive(door.fd)
    if (count <= 0) return 0
    this.#readClock()
    this.#readCounter()
    let replies = 0
    for (let i = 0; i < count; i++) {
      const length = this.#answer(door, i)
      if (length > 0) this.#envelop(door, replies++, i, length)
    }
    if (replies > 0) this.#send(door, replies)
    return count
  }

  /** Drops whatever waits. */
  discard(door: Door): void {
    for (let n = BATCH, i = 0; n === BATCH && i < 1024; i++) {
      n = this.#receive(door.fd)
      for (let k = 0; k < n; k++) door.responder.drop('stale')
    }
  }

  /** What stays the same from batch to batch: where everything lies. */
  #prepare(i: number): void {
    const header = RECEIVED + i * HEADER_SIZE
    const vector = VECTORS + i * VECTOR_SIZE
    this.#point(header, NAMES + i * NAME_SIZE)
    this.#point(header + VECTOR_POINTER, vector)
    this.#words[(header + VECTOR_COUNT) >> 2] = 1
    this.#point(header + CONTROL_POINTER, CONTROLS + i * CONTROL_SIZE)
    this.#point(vector, PAYLOADS + i * PAYLOAD_SIZE)
    this.#words[(vector + 8) >> 2] = PAYLOAD_SIZE
    const reply = SENT + i * HEADER_SIZE
    this.#point(reply + VECTOR_POINTER, REPLY_VECTORS + i * VECTOR_SIZE)
    this.#words[(reply + VECTOR_COUNT) >> 2] = 1
  }

  /** Writes the address of `to` at `at`: a number below 2^53 as two words. */
  #point(at: number, to: number): void {
    const address = this.#address + to
    this.#words[at >> 2] = address >>> 0
    this.#words[(at >> 2) + 1] = Math.floor(address / 2 ** 32)
  }

  #receive(fd: number): number {
    for (let i = 0; i < BATCH; i++) {
      const header = (RECEIVED + i * HEADER_SIZE) >> 2
      this.#words[header + (NAME_LENGTH >> 2)] = SOCKADDR_SIZE
      this.#words[header + (CONTROL_LENGTH >> 2)] = CONTROL_SIZE
    }
    return this.#libc.recvmmsg(fd, this.#address + RECEIVED, BATCH, MSG.dontwait, 0)
  }

  #answer({ responder }: Door, i: number): number {
    const header = (RECEIVED + i * HEADER_SIZE) >> 2
    if (this.#words[header + (FLAGS >> 2)]! & MSG.trunc) {
      responder.drop('too-long')
      return 0
    }
    const visit = this.#visit
    const name = NAMES + i * NAME_SIZE
    const v4 = this.#bytes[name] === AF.inet
    visit.at = PAYLOADS + i * PAYLOAD_SIZE
    visit.length = this.#words[header + (LENGTH >> 2)]!
    visit.addressAt = name + (v4 ? 4 : 8)
    visit.addressLength = v4 ? 4 : 16
    visit.port = (this.#bytes[name + 2]! << 8) | this.#bytes[name + 3]!
    this.#readStamp(i)
    const waited = (this.#seconds - visit.seconds) * 1e9 + (this.#nanoseconds - visit.nanoseconds)
    if (waited > PATIENCE_NS || waited < SET_BACK_NS) {
      responder.drop('stale')
      return 0
    }
    return responder.arrive(visit)
  }

  /** When the kernel says that it came; now, when it does not say. */
  #readStamp(i: number): void {
    const visit = this.#visit
    visit.seconds = this.#seconds
    visit.nanoseconds = this.#nanoseconds
    const at = this.#control(i, SOL.socket, SO.timestampNs)
    if (at === 0) return
    visit.seconds = this.#words[at >> 2]!
    visit.nanoseconds = this.#words[(at >> 2) + 2]!
  }

  /** Where the data of a control message begins; 0 when there is none of this kind. */
  #control(i: number, level: number, type: number): number {
    const header = (RECEIVED + i * HEADER_SIZE) >> 2
    let at = CONTROLS + i * CONTROL_SIZE
    const end = at + Math.min(CONTROL_SIZE, this.#words[header + (CONTROL_LENGTH >> 2)]!)
    while (at + 16 <= end) {
      const length = this.#words[at >> 2]!
      if (length < 16 || at + length > end) return 0
      if (this.#words[(at >> 2) + 2] === level && this.#words[(at >> 2) + 3] === type) return at + 16
      at += (length + 7) & ~7
    }
    return 0
  }

  /** Puts the reply that lies in place `i` into the `k`th envelope, to where the request came from. */
  #envelop(door: Door, k: number, i: number, length: number): void {
    const header = SENT + k * HEADER_SIZE
    const vector = REPLY_VECTORS + k * VECTOR_SIZE
    this.#point(header, NAMES + i * NAME_SIZE)
    this.#words[(header + NAME_LENGTH) >> 2] =
      this.#bytes[NAMES + i * NAME_SIZE] === AF.inet ? 16 : SOCKADDR_SIZE
    this.#point(vector, PAYLOADS + i * PAYLOAD_SIZE)
    this.#words[(vector + 8) >> 2] = length
    if (door.everywhere) this.#sendFrom(header, REPLY_CONTROLS + k * REPLY_CONTROL_SIZE, i)
    else this.#words[(header + CONTROL_LENGTH) >> 2] = 0
  }

  /** The reply leaves from the address that was asked. */
  #sendFrom(header: number, control: number, i: number): void {
    const v4 = this.#bytes[NAMES + i * NAME_SIZE] === AF.inet
    const size = v4 ? 12 : 20
    const info = v4 ? this.#control(i, SOL.ip, PKTINFO) : this.#control(i, SOL.ipv6, IPV6_PKTINFO)
    this.#words[(header + CONTROL_LENGTH) >> 2] = info === 0 ? 0 : (16 + size + 7) & ~7
    if (info === 0) return
    this.#point(header + CONTROL_POINTER, control)
    const word = control >> 2
    this.#words[word] = 16 + size
    this.#words[word + 1] = 0
    this.#words[word + 2] = v4 ? SOL.ip : SOL.ipv6
    this.#words[word + 3] = v4 ? PKTINFO : IPV6_PKTINFO
    for (let n = 0; n < size; n += 4) this.#words[word + 4 + (n >> 2)] = this.#words[(info + n) >> 2]!
    // By which interface is the routing table's business, unless the address means nothing without one.
    if (v4) this.#words[word + 4] = 0
    else if (this.#bytes[info] !== 0xfe) this.#words[word + 8] = 0
  }

  #send({ fd, responder }: Door, count: number): void {
    this.#readClock()
    const [seconds, nanoseconds] = [this.#seconds, this.#nanoseconds]
    for (let k = 0; k < count; k++) {
      let at = nanoseconds + (k + 0.5) * this.#cost
      let whole = seconds
      if (at >= 1e9) {
        at -= 1e9
        whole++
      }
      const payload = this.#words[(REPLY_VECTORS + k * VECTOR_SIZE) >> 2]! - (this.#address >>> 0)
      responder.leave(this.#bytes, payload < 0 ? payload + 2 ** 32 : payload, whole, at)
    }
    for (let sent = 0; sent < count; ) {
      const more = this.#libc.sendmmsg(
        fd,
        this.#address + SENT + sent * HEADER_SIZE,
        count - sent,
        MSG.dontwait,
      )
      if (more < 0 && this.#libc.errno() === 'EAGAIN') break
      // A client that cannot be reached is passed over.
      sent += Math.max(1, more)
    }
    this.#readClock()
    const took = (this.#seconds - seconds) * 1e9 + (this.#nanoseconds - nanoseconds)
    if (took > 0 && took < 1e7) this.#cost += (took / count - this.#cost) * LEARNING
  }

  #readClock(): void {
    this.#libc.clockGettime(CLOCK.realtime, this.#address + TIMES)
    this.#seconds = this.#words[TIMES >> 2]!
    this.#nanoseconds = this.#words[(TIMES >> 2) + 2]!
  }

  #readCounter(): void {
    this.#libc.clockGettime(CLOCK.monotonicRaw, this.#address + TIMES)
    this.#visit.now = this.#words[TIMES >> 2]! + this.#words[(TIMES >> 2) + 2]! / 1e9
  }
}
