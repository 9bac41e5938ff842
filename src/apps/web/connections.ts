/**
 * A cap on connections that cannot be used to lock others out: when it is reached, the connection that has been idle
 * longest makes room for the new one. Only when all are busy is the new one turned away.
 */
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export function capConnections(server: Server, most: number): void {
  // A Set remembers its order: the first is the one that was quiet longest.
  const open = new Set<Socket>()
  const busy = new Map<Socket, number>()

  server.on('connection', (socket: Socket) => {
    if (open.size >= most) {
      const idle = first(open, candidate => !busy.has(candidate))
      if (!idle) {
        socket.destroy()
        return
      }
      open.delete(idle)
      idle.destroy()
    }
    open.add(socket)
    socket.on('close', () => {
      open.delete(socket)
      busy.delete(socket)
    })
  })

  server.on('request', ({ socket }, response: ServerResponse) => {
    busy.set(socket, (busy.get(socket) ?? 0) + 1)
    response.on('close', () => {
      const left = (busy.get(socket) ?? 1) - 1
      if (left > 0) busy.set(socket, left)
      else busy.delete(socket)
      if (open.delete(socket)) open.add(socket)
    })
  })
}

function first<T>(items: Iterable<T>, wanted: (item: T) => boolean): T | undefined {
  for (const item of items) if (wanted(item)) return item
  return undefined
}
