/** A program: an NTP server on port 123 of `argv[2]` whose clock is `argv[3]` seconds ahead of this machine's. */
import { createSocket } from 'node:dgram'
import { decodePacket, encodePacket } from '#core/ntp/packet.ts'
import { plus } from '#core/time/instant.ts'
import { openClock } from '#worlds/host/clock.ts'
import { loadLibc } from '#worlds/libc.ts'
import { honestReply } from '../interop/hostile-server.ts'

const [address, ahead] = process.argv.slice(2)
const loaded = loadLibc()
const clock = openClock(loaded.kind === 'loaded' ? loaded.libc : undefined)
const socket = createSocket('udp4')
socket.on('message', (bytes, from) => {
  const decoded = decodePacket(bytes)
  if (decoded.kind === 'refused') return
  const now = plus(clock.read().wall, Number(ahead))
  socket.send(encodePacket(honestReply(decoded.packet, now)), from.port, from.address)
})
socket.bind(123, address, () => console.log('listening'))
