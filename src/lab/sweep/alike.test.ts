import * as v from 'valibot'
import { expect, test } from 'vitest'
import { scenarioSchema } from '../scenario/schema.ts'
import { areAlike, withSoManyServers } from './alike.ts'

const story = (server: object[], event: object[] = []) =>
  v.parse(scenarioSchema, { title: 'A test', about: 'Servers.', duration: '10h', server, event })
const addresses = (server: object[], count: number) =>
  withSoManyServers(story(server), count).server.map(({ address }) => address)

test('more of the same kind, at addresses that nobody has, or fewer', () => {
  expect(addresses([{ address: '192.0.2.2' }], 3)).toEqual(['192.0.2.2', '192.0.2.1', '192.0.2.3'])
  expect(addresses([{ address: '203.0.113.1' }, { address: '203.0.113.2' }], 1)).toEqual(['203.0.113.1'])
  const [, second] = withSoManyServers(
    story([{ address: '203.0.113.1', delay: '5ms', stratum: 3 }]),
    2,
  ).server
  expect(second).toMatchObject({ address: '192.0.2.1', delay: 5e-3, stratum: 3 })
})

test('as many as there are: the same story, to the byte', () => {
  const told = story([{ address: '203.0.113.1' }, { address: '203.0.113.2' }])
  expect(withSoManyServers(told, 2)).toBe(told)
})

test('where servers differ, or something happens to one of them, nobody knows what another would be like', () => {
  const differing = story([{ address: '203.0.113.1' }, { address: '203.0.113.2', offset: 1 }])
  const lie = story(
    [{ address: '203.0.113.1' }],
    [{ kind: 'lie', at: '1h', server: '203.0.113.1', offset: '1s' }],
  )
  const sending = story([{ address: '203.0.113.1', multicast: '64s' }])
  for (const told of [differing, lie, sending]) {
    expect(areAlike(told)).toBe(false)
    expect(withSoManyServers(told, 4)).toBe(told)
  }
  const loss = { kind: 'network', at: '1h', loss: 0.5 }
  expect(areAlike(story([{ address: '203.0.113.1' }], [loss]))).toBe(true)
})
