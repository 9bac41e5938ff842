/**
 * What systemd wants to hear from a service of Type=notify (sd_notify(3)): a datagram to the socket in NOTIFY_SOCKET.
 * Node has no datagrams on Unix sockets, so it goes through libc. Without that socket nothing is said.
 */
import { loadLibc, SOCK } from '#worlds/libc.ts'

const AF_UNIX = 1
const SUN_PATH = 2

export function notifySystemd(state: string): void {
  const path = process.env.NOTIFY_SOCKET
  const loaded = loadLibc()
  if (!path || loaded.kind !== 'loaded') return
  const { libc } = loaded
  const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : path)
  const text = Buffer.from(state)
  const address = libc.buffer('notify address', SUN_PATH + name.length)
  const message = libc.buffer('notify message', text.length)
  new DataView(address.bytes.buffer, address.bytes.byteOffset).setUint16(0, AF_UNIX, true)
  address.bytes.set(name, SUN_PATH)
  message.bytes.set(text)
  const fd = libc.socket(AF_UNIX, SOCK.dgram | SOCK.cloexec, 0)
  if (fd < 0) return
  libc.sendto(fd, message.address, text.length, 0, address.address, SUN_PATH + name.length)
  libc.close(fd)
}
