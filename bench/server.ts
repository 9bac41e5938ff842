/**
 * What a reply costs: our server and chronyd, one after the other in the same run, each asked over loopback by the same
 * generator. A reply's cost is the CPU time of the server's process over the replies; a drop's likewise, of requests of
 * mode 6. The generator keeps 256 requests on their way, so a server that is faster is asked more often.
 *
 *   node bench/server.ts [--json] [--seconds N] [--rounds N]
 *
 * The server has CPU 0 and the generator CPU 1, where there are two. Ours answers with a fixed standing; rate limit,
 * access lists, clock and stamps are as in the agent. chronyd is Debian's (`npm test` unpacks it), with `allow all`.
 *
 * Measured on a virtual machine with 2 vCPUs (Firecracker, Linux 6.18, Node 24.21.0) that others used too (load 1.5), two
 * rounds of 2 s:
 *
 *   clockwright   391,000 – 402,000 replies/s   2.15 µs a reply          1.4 – 1.7 µs a drop
 *   chronyd 4.3   376,000 – 413,000 replies/s   2.18 µs a reply          1.0 – 1.1 µs a drop
 *
 * The work that the kernel does for a loopback packet is partly charged to its sender, so a network card costs more.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { TimeServer } from '#core/agent/server.ts'
import { Access } from '#core/ntp/access.ts'
import { RateLimit } from '#core/ntp/rate-limit.ts'
import { encodeSockaddr } from '#worlds/host/sockaddr.ts'
import { openHost } from '#worlds/host/world.ts'
import { AF, type Libc, loadLibc, MSG, SOCK } from '#worlds/libc.ts'
import { freePort, haveDaemons, startChronyd } from '../test/support/daemons.ts'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    serve: { type: 'string' },
    fire: { type: 'string' },
    mode: { type: 'string', default: '3' },
  },
})
const seconds = Number(options.seconds)

const loaded = loadLibc()
if (loaded.kind === 'missing') {
  console.error(`This measurement needs libc: ${loaded.text}.`)
  process.exit(1)
}
if (options.serve) serve(Number(options.serve))
else if (options.fire) fire(loaded.libc, Number(options.fire), Number(options.mode))
else await compare()

interface Fired {
  readonly sent: number
  readonly replies: number
  readonly seconds: number
}

interface Row {
  readonly server: string
  readonly repliesPerSecond: number
  readonly nsPerReply: number
  readonly nsPerDrop: number
}

function serve(port: number): void {
  const world = openHost()
  const server = new TimeServer({
    access: new Access([{ bytes: Uint8Array.of(127, 0, 0, 0), bits: 8 }], []),
    limit: { clients: new RateLimit({ interval: 1e-7, burst: 255 }, world.random()), interval: 1 },
    precision: -24,
    standing: () => ({
      leap: 'none',
      stratum: 2,
      precision: -24,
      rootDelay: 1e-3,
      rootDispersion: 1e-3,
      refid: 0x7f000001,
      reference: world.clock.read().wall,
    }),
    random: world.random,
  })
  const opened = world.network.listen!({ address: '127.0.0.1', port }, server)
  if (typeof opened === 'string') throw new Error(opened)
  console.log('listening')
}

/** In batches, as the server does it: the generator must not be the slower one. */
function fire(libc: Libc, port: number, mode: number): void {
  const WINDOW = 256
  const BATCH = 64
  const PAYLOAD = 48
  const fd = libc.socket(AF.inet, SOCK.dgram | SOCK.nonblock | SOCK.cloexec, 0)
  const { address, bytes, view } = libc.buffer('fire', BATCH * (64 + 16 + PAYLOAD) * 2 + 64)
  const half = BATCH * (64 + 16 + PAYLOAD)
  const name = 2 * half
  bytes.set(encodeSockaddr({ address: '127.0.0.1', port }, libc)!, name)
  for (const base of [0, half]) {
    for (let i = 0; i < BATCH; i++) {
      const [header, vector, payload] = [
        base + i * 64,
        base + BATCH * 64 + i * 16,
        base + BATCH * 80 + i * PAYLOAD,
      ]
      if (base === 0) {
        view.setBigUint64(header, BigInt(address + name), true)
        view.setUint32(header + 8, 16, true)
      }
      view.setBigUint64(header + 16, BigInt(address + vector), true)
      view.setUint32(header + 24, 1, true)
      view.setBigUint64(vector, BigInt(address + payload), true)
      view.setUint32(vector + 8, PAYLOAD, true)
      bytes[payload] = 0x20 | mode
      bytes[payload + 47] = 1
    }
  }
  const from = performance.now()
  const end = from + seconds * 1e3
  const answered = mode === 3
  let [sent, replies, lost, quiet] = [0, 0, 0, from]
  for (let now = from; now < end; now = performance.now()) {
    // What was lost is not waited for.
    if (now - quiet > 20) lost = sent - replies
    if (answered ? sent - replies - lost <= WINDOW - BATCH : sent < (now - from) * 50) {
      const count = libc.sendmmsg(fd, address, BATCH, MSG.dontwait)
      if (count > 0) sent += count
      quiet = now
    }
    const came = answered ? libc.recvmmsg(fd, address + half, BATCH, MSG.dontwait, 0) : 0
    if (came > 0) {
      replies += came
      quiet = now
    }
  }
  console.log(JSON.stringify({ sent, replies, seconds: (performance.now() - from) / 1e3 } satisfies Fired))
}

async function compare(): Promise<void> {
  const rows: Row[] = []
  for (let round = 0; round < Number(options.rounds); round++) {
    rows.push(await ours())
    if (haveDaemons) rows.push(await chronyd())
  }
  if (options.json) {
    console.log(JSON.stringify(rows))
    return
  }
  console.log('server       replies/s   ns/reply    ns/drop')
  for (const { server, repliesPerSecond, nsPerReply, nsPerDrop } of rows) {
    const figures = [repliesPerSecond, nsPerReply, nsPerDrop]
      .map(each => each.toFixed(0).padStart(11))
      .join('')
    console.log(`${server.padEnd(11)}${figures}`)
  }
  const median = (of: (row: Row) => number, name: string) => {
    const sorted = rows.filter(({ server }) => server === name).map(of)
    return sorted.sort((a, b) => a - b)[sorted.length >> 1] ?? Number.NaN
  }
  const ratio = (of: (row: Row) => number) => (median(of, 'clockwright') / median(of, 'chronyd')).toFixed(2)
  console.log(
    `clockwright / chronyd, medians: replies/s ${ratio(row => row.repliesPerSecond)}, CPU per reply ${ratio(row => row.nsPerReply)}, per drop ${ratio(row => row.nsPerDrop)}`,
  )
}

async function ours(): Promise<Row> {
  const port = await freePort()
  const child = onCpu(0, ['--serve', String(port)])
  await once(child.stdout!, 'data')
  const row = await measure('clockwright', child.pid!, port)
  child.kill('SIGKILL')
  return row
}

async function chronyd(): Promise<Row> {
  const daemon = await startChronyd(['local stratum 2'])
  const pid = listenerOn(daemon.port)
  spawn('taskset', ['-pc', '0', String(pid)])
  const row = await measure('chronyd', pid, daemon.port)
  await daemon.stop()
  return row
}

async function measure(server: string, pid: number, port: number): Promise<Row> {
  await shoot(port, 3, 0.5)
  const [before, replies, between] = [cpuTime(pid), await shoot(port, 3, seconds), cpuTime(pid)]
  const drops = await shoot(port, 6, seconds)
  return {
    server,
    repliesPerSecond: replies.replies / replies.seconds,
    nsPerReply: (between - before) / replies.replies,
    nsPerDrop: (cpuTime(pid) - between) / drops.sent,
  }
}

async function shoot(port: number, mode: number, seconds: number): Promise<Fired> {
  const child = onCpu(1, ['--fire', String(port), '--mode', String(mode), '--seconds', String(seconds)])
  let said = ''
  child.stdout!.on('data', text => {
    said += text
  })
  await once(child, 'close')
  return JSON.parse(said)
}

function onCpu(cpu: number, args: readonly string[]): ChildProcess {
  const own = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(import.meta.url),
    ...args,
  ]
  const pinned = availableParallelism() > 1 ? ['taskset', '-c', String(cpu), ...own] : own
  return spawn(pinned[0]!, pinned.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** All threads, in nanoseconds. */
function cpuTime(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map(task => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, each) => sum + each, 0)
}

/** The process that has a UDP socket at this port: chronyd is started through other programs. */
function listenerOn(port: number): number {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const line = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .find(each => each.includes(`:${wanted} 00000000:0000`))
  const inode = line?.trim().split(/\s+/)[9]
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const folder = `/proc/${pid}/fd`
    try {
      for (const fd of readdirSync(folder))
        if (linkOf(`${folder}/${fd}`) === `socket:[${inode}]`) return Number(pid)
    } catch {}
  }
  throw new Error(`nobody listens at port ${port}`)
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
