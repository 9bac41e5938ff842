/**
 * One datagram from inside a network namespace to port 123, and the answer to it: a request for the time, or a question to
 * an ntpd about what it makes of its sources (mode 6, of which `ntpq -p` makes its first column).
 * As a program: prints the answer in hexadecimal.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { decodePacket, type Packet } from '#core/ntp/packet.ts'
import { nodeIn } from './netns.ts'

/** Undefined when no time comes back. */
export async function askIn(netns: string, address: string): Promise<Packet | undefined> {
  const request = new Uint8Array(48)
  request[0] = 0x23
  request[40] = 1
  const decoded = decodePacket(await exchange(netns, address, request))
  return decoded.kind === 'packet' ? decoded.packet : undefined
}

const READ_STATUS = Uint8Array.of(0x16, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
/** The letters of `ntpq -p`, by the selection field of a peer's status word (RFC 9327, section 3.2). */
const TALLY = [' ', 'x', '.', '-', '+', '#', '*', 'o'] as const

/** What an ntpd in this namespace makes of its sources. */
export async function tallyIn(netns: string): Promise<string> {
  const answer = await exchange(netns, '127.0.0.1', READ_STATUS)
  const status: string[] = []
  for (let at = 14; at + 2 <= answer.length; at += 4) status.push(TALLY[answer[at]! & 7]!)
  return status.join('')
}

async function exchange(netns: string, address: string, bytes: Uint8Array): Promise<Uint8Array> {
  const child = nodeIn(netns, [fileURLToPath(import.meta.url), address, Buffer.from(bytes).toString('hex')])
  let said = ''
  child.stdout!.on('data', text => {
    said += text
  })
  await once(child, 'close')
  return Uint8Array.from(Buffer.from(said.trim(), 'hex'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const socket = createSocket('udp4')
  socket.on('message', message => {
    console.log(message.toString('hex'))
    socket.close()
  })
  socket.send(Buffer.from(process.argv[3]!, 'hex'), 123, process.argv[2])
  setTimeout(() => process.exit(), 2000).unref()
}
