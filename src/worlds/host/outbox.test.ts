import { expect, it } from 'vitest'
import type { AgentEvent } from '#core/agent/event.ts'
import { instant, monotonic } from '#core/time/instant.ts'
import { openOutbox } from './outbox.ts'

const turn = () => new Promise<void>(done => setImmediate(done))
let count = 0n
const read = () => ({ wall: instant(0n), monotonic: monotonic(count++) })
const started = { kind: 'started', precision: 1e-6 } as const
const named = (name: string) => ({ kind: 'resolved', name, addresses: [] }) as const

const opened = (tell: (event: AgentEvent) => void = () => {}) => {
  const outbox = openOutbox(read)
  const events: AgentEvent[] = []
  outbox.open(event => {
    events.push(event)
    tell(event)
  }, started)
  return { outbox, events }
}

it('tells in order, later, with the reading of the delivery', async () => {
  const { outbox, events } = opened()
  outbox.post(named('a'))
  outbox.post(named('b'))
  expect(events).toEqual([])
  const before = count
  await turn()
  expect(events.map(event => ('name' in event ? event.name : event.kind))).toEqual(['started', 'a', 'b'])
  expect(events.every(({ now }) => now.monotonic >= before)).toBe(true)
})

it('waits to be opened', async () => {
  const outbox = openOutbox(read)
  outbox.post(named('early'))
  await turn()
  const events: AgentEvent[] = []
  outbox.open(event => events.push(event), started)
  await turn()
  expect(events.map(({ kind }) => kind)).toEqual(['started', 'resolved'])
})

it('lets the loop turn although each event leads to another', async () => {
  const { outbox, events } = opened(() => outbox.post(named('again')))
  await turn()
  await turn()
  await turn()
  expect(events.length).toBeLessThan(10)
  outbox.close()
})

it('loses nothing when the listener throws', () => {
  let fail = true
  const { outbox, events } = opened(() => {
    if (fail) throw new Error('from the listener')
  })
  outbox.post(named('a'))
  expect(() => outbox.flush()).toThrow('from the listener')
  fail = false
  outbox.flush()
  expect(events.map(({ kind }) => kind)).toEqual(['started', 'resolved'])
})

it('tells nothing once closed, not even the rest of what waited', async () => {
  const { outbox, events } = opened(event => {
    if (event.kind === 'started') outbox.close()
  })
  outbox.post(named('a'))
  await turn()
  outbox.post(named('b'))
  await turn()
  expect(events.map(({ kind }) => kind)).toEqual(['started'])
})
