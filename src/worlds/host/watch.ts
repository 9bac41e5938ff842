/**
 * Waiting for many descriptors at once without a thread: they all stand in one epoll set, and the set itself is a
 * descriptor that Node's event loop watches. A descriptor that is added is watched from that moment on; readiness is a
 * level, so what is left unread is reported again.
 *
 * (koffi's `poll.async` would do as well, but it keeps one of the four threads on which Node resolves names, and has to be
 * woken up for every change.)
 */
import { EPOLL, type Libc } from '../libc.ts'

export interface Watch {
  /** Calls `ready` whenever `fd` can be read or has an error to report. False when the kernel refuses to watch it. */
  add(fd: number, ready: () => void): boolean
  /** To be called before the descriptor is closed. */
  remove(fd: number): void
  close(): void
}

/** Undefined when the kernel has no descriptor left for the set. */
export function openWatch(libc: Libc): Watch | undefined {
  const set = libc.epollCreate(EPOLL.cloexec)
  if (set < 0) return undefined
  const waiting = new Map<number, () => void>()
  const ready = new Int32Array(EPOLL.most)
  let due: NodeJS.Immediate | undefined

  // koffi calls from outside of any JavaScript turn: an exception would be lost and promises would not run. An
  // immediate belongs to the same round of the event loop and has neither problem.
  const loop = libc.watch(set, () => {
    due ??= setImmediate(look)
  })

  function look(): void {
    due = undefined
    const count = libc.epollReady(set, ready)
    // Whoever is called may remove any other, so each is looked up when its turn comes.
    for (let i = 0; i < count; i++) waiting.get(ready[i]!)?.()
  }

  return {
    add(fd, call) {
      if (libc.epollControl(set, EPOLL.add, fd, EPOLL.readable) < 0) return false
      waiting.set(fd, call)
      return true
    },
    remove(fd) {
      if (waiting.delete(fd)) libc.epollControl(set, EPOLL.remove, fd, 0)
    },
    close() {
      clearImmediate(due)
      waiting.clear()
      loop.close()
      libc.close(set)
    },
  }
}
