/**
 * A program: a path with delay, jitter and loss, in user space (the kernel's netem is not on every machine). It passes
 * datagrams for `argv[2]`:1123 on to port 123 of the same address, and the answers back. Each line on standard input
 * sets the ways: {"up": {"delay", "jitter", "loss"}, "down": {…}}, in seconds, jitter as a standard deviation.
 */
import { createSocket } from 'node:dgram'
import { createInterface } from 'node:readline'
import { Random } from '#worlds/simulated/random.ts'

export interface Way {
  readonly delay: number
  readonly jitter: number
  readonly loss: number
}

const address = process.argv[2]!
const random = new Random(process.pid)
let ways: { up: Way; down: Way } = {
  up: { delay: 0, jitter: 0, loss: 0 },
  down: { delay: 0, jitter: 0, loss: 0 },
}

function pass(way: Way, go: () => void): void {
  if (random.uniform() < way.loss) return
  setTimeout(go, 1e3 * Math.max(0, way.delay + way.jitter * random.normal()))
}

const front = createSocket('udp4')
front.on('message', (bytes, from) => {
  pass(ways.up, () => {
    const back = createSocket('udp4')
    back.on('message', answer => pass(ways.down, () => front.send(answer, from.port, from.address)))
    back.send(bytes, 123, address)
    setTimeout(() => back.close(), 3000)
  })
})
front.bind(1123, address, () => console.log('listening'))
createInterface(process.stdin)
  .on('line', line => {
    ways = JSON.parse(line)
    console.log('set')
  })
  .on('close', () => process.exit())
