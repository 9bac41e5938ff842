import { expect, test } from 'vitest'
import type { EventOf } from '#lab/scenario/events.ts'
import { type ScenarioEvent, usualEvent } from '#lab/scenario/schema.ts'
import { eventsText } from './words.ts'

test('what befalls one server, or the way to it, names it', () => {
  const network = { ...(usualEvent('network') as EventOf<'network'>), kind: 'network' } as const
  const server = { ...(usualEvent('server') as EventOf<'server'>), kind: 'server' } as const
  const said = (event: ScenarioEvent) => eventsText([event])
  expect(said({ ...network, at: 0, loss: 1 })).toBe('network lost at the start')
  expect(said({ ...network, at: 7200, server: '192.0.2.2', up: 0.06 })).toBe(
    'the way to 192.0.2.2 changes at 2.0 h',
  )
  expect(said({ ...server, at: 7200, server: '192.0.2.3', drift: -40 })).toBe(
    '192.0.2.3 gains -40.000 ppm more at 2.0 h',
  )
  expect(said({ ...network, at: 7200, server: '192.0.2.2', loss: 1 })).toBe(
    'the way to 192.0.2.2 is lost at 2.0 h',
  )
  expect(said({ ...server, at: 7200, server: '192.0.2.3', stratum: 5 })).toBe('192.0.2.3 changes at 2.0 h')
})
