import { expect, it } from 'vitest'
import { type Resolved, resolveName } from './names.ts'

const resolve = (name: string) => new Promise<Resolved>(done => resolveName(name, done))

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
])('gives the address %s back', async (name, address) => {
  expect(await resolve(name)).toEqual({ name, addresses: [address] })
})

it('finds this machine', async () => {
  const { addresses, failure } = await resolve('localhost')
  expect(failure).toBeUndefined()
  expect(addresses.every(address => /^127\.|^::1$/.test(address))).toBe(true)
  expect(new Set(addresses).size).toBe(addresses.length)
})

// None of these can be put in a question to a server, so the network is not asked.
it.each(['', 'a\0b', `${'x'.repeat(64)}.invalid`, `${'long.'.repeat(60)}invalid`])(
  'says that there is no %j',
  async name => {
    const resolved = await resolve(name)
    expect(resolved.addresses).toEqual([])
    expect(resolved.failure).toBe('name-not-found')
  },
)
