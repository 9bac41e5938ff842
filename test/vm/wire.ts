/**
 * QEMU's monitor (QMP) and the agent in the guest (qemu-ga): both speak a JSON object a line over a Unix socket, one
 * request, one answer. The monitor tells of events in between; they are not listened to.
 */
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { createInterface, type Interface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

interface Answer {
  readonly return?: unknown
  readonly error?: { readonly class: string; readonly desc: string }
}

export class Wire {
  readonly #socket: Socket
  readonly #lines: Interface
  #last: Promise<unknown> = Promise.resolve()

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#lines = createInterface(socket)
    socket.on('error', () => {})
  }

  /** The monitor's socket appears a moment after QEMU has started. */
  static async monitor(path: string): Promise<Wire> {
    const wire = await Wire.#connect(path)
    await wire.ask('qmp_capabilities')
    return wire
  }

  /** What an earlier session left in the channel is skipped up to our own number. */
  static async agent(path: string): Promise<Wire> {
    const wire = await Wire.#connect(path)
    const id = Date.now() % 1_000_000
    const found = wire.#answer(answer => answer.return === id)
    wire.#socket.write(`${JSON.stringify({ execute: 'guest-sync', arguments: { id } })}\n`)
    await within(30_000, found, 'the agent in the guest does not answer')
    return wire
  }

  static async #connect(path: string): Promise<Wire> {
    for (let tries = 0; ; tries++) {
      const socket = createConnection(path)
      try {
        await once(socket, 'connect')
        return new Wire(socket)
      } catch (error) {
        if (tries > 200) throw error
        await sleep(50)
      }
    }
  }

  ask(command: string, args?: Record<string, unknown>): Promise<unknown> {
    const asked = this.#last.then(async () => {
      const answer = this.#answer(({ return: value, error }) => value !== undefined || error !== undefined)
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`)
      const { return: value, error } = await within(120_000, answer, `${command} is not answered`)
      if (error) throw new Error(`${command}: ${error.desc}`)
      return value
    })
    this.#last = asked.catch(() => {})
    return asked
  }

  close(): void {
    this.#socket.destroy()
  }

  #answer(wanted: (answer: Answer) => boolean): Promise<Answer> {
    return new Promise((done, failed) => {
      const ended = () => failed(new Error('QEMU has ended'))
      const read = (line: string) => {
        const answer = JSON.parse(line.replaceAll('\xff', '')) as Answer
        if (!wanted(answer)) return
        this.#lines.off('line', read)
        this.#socket.off('close', ended)
        done(answer)
      }
      this.#lines.on('line', read)
      this.#socket.once('close', ended)
    })
  }
}

async function within<T>(ms: number, wanted: Promise<T>, otherwise: string): Promise<T> {
  const timer = new AbortController()
  const late = sleep(ms, undefined, { signal: timer.signal }).then(
    () => {
      throw new Error(otherwise)
    },
    () => undefined as never,
  )
  try {
    return await Promise.race([wanted, late])
  } finally {
    timer.abort()
  }
}
