import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Status } from '#core/agent/status.ts'
import { instant, monotonic } from '#core/time/instant.ts'
import type { TraceRecord } from '#core/trace/record.ts'
import type { Listening, World } from '#worlds/world.ts'
import { parsePrefix } from './config/prefix.ts'
import { prepareOrders } from './prepare.ts'
import { openServing, refidOfAddress, type ServerOrders } from './serving.ts'

const NOW = { wall: instant(0n), monotonic: monotonic(0n) }
const STARTING = { state: 'starting', now: NOW, sources: [] } as unknown as Status
const ORDERS: ServerOrders = {
  listen: ['192.0.2.1', '::'],
  port: 123,
  allow: ['192.0.2.0/24'],
  deny: [],
  limit: { interval: 2, burst: 16 },
}

function worldThat(opens: (address: string) => string | undefined) {
  const did: string[] = []
  const listening = (address: string): Listening => ({
    discard: () => did.push(`discard ${address}`),
    close: () => did.push(`close ${address}`),
  })
  const world = {
    clock: { precision: 1e-7 },
    random: () => 1,
    network: { listen: ({ address }: { address: string }) => opens(address) ?? listening(address) },
  } as unknown as World
  return { world, did }
}

describe('what cannot be opened is said in a sentence', () => {
  test.each([
    ['EADDRINUSE', /192\.0\.2\.1 port 123 is taken: another NTP server/],
    ['EACCES', /port 123 needs CAP_NET_BIND_SERVICE/],
    ['EADDRNOTAVAIL', /this machine has no such address/],
    ['EMFILE', /cannot be opened: EMFILE/],
  ])('%s', (errno, sentence) => {
    const { world } = worldThat(() => errno)
    expect(() => openServing(ORDERS, world, () => STARTING)).toThrow(sentence)
  })

  test('and what was opened before is closed again', () => {
    const { world, did } = worldThat(address => (address === '::' ? 'EADDRINUSE' : undefined))
    expect(() => openServing(ORDERS, world, () => STARTING)).toThrow(/:: port 123/)
    expect(did).toEqual(['close 192.0.2.1'])
  })

  test('a world without libc cannot serve', () => {
    const world = { network: {}, clock: { precision: 1e-7 } } as unknown as World
    expect(() => openServing(ORDERS, world, () => STARTING)).toThrow(/cannot be served here/)
  })
})

test('what waits is dropped when the clock was stepped or disturbed, and not for anything else', () => {
  const { world, did } = worldThat(() => undefined)
  const serving = openServing(ORDERS, world, () => STARTING)
  const hear = (kind: TraceRecord['kind']) => serving.hear({ kind, at: NOW } as TraceRecord)
  hear('sample')
  hear('estimate')
  expect(did).toEqual([])
  hear('step')
  hear('disruption')
  expect(did).toEqual(['discard 192.0.2.1', 'discard ::', 'discard 192.0.2.1', 'discard ::'])
  expect(serving.at).toEqual(['192.0.2.1:123', '[::]:123'])
  expect(serving.standing).toMatchObject({ leap: 'unknown', stratum: 0 })
})

describe('the refid of a source', () => {
  test('is its IPv4 address', () => expect(refidOfAddress('192.0.2.1')).toBe(0xc0000201))
  // echo -n of the sixteen bytes | md5sum
  test('or the begin of a hash of its IPv6 address', () => {
    expect(refidOfAddress('::1')).toBe(0xcf404dc8)
    expect(refidOfAddress('2001:db8::1%eth0')).toBe(refidOfAddress('2001:db8::1'))
  })
})

describe('prefixes', () => {
  test.each([
    ['192.0.2.0/24', 4, 24],
    ['0.0.0.0/0', 4, 0],
    ['192.0.2.1', 4, 32],
    ['2001:db8::/32', 16, 32],
    ['::/0', 16, 0],
    ['::1', 16, 128],
  ])('%s', (text, length, bits) => {
    const prefix = parsePrefix(text)!
    expect([prefix.bytes.length, prefix.bits]).toEqual([length, bits])
  })
  test.each([
    '192.0.2.0/33',
    '::/129',
    '192.0.2/24',
    'all',
    '',
    '/24',
    '192.0.2.0/',
    '192.0.2.0/-1',
    'fe80::1%eth0',
  ])('%s is none', text => expect(parsePrefix(text)).toBeUndefined())
})

describe('[server] in the configuration', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'clockwright-serving-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))
  const prepared = (text: string, discipline = true) => {
    const file = join(directory, 'clockwright.toml')
    writeFileSync(file, `[[source]]\naddress = "192.0.2.9"\n${text}`)
    return prepareOrders(file, { discipline, history: join(directory, 'history.db') })
  }

  test('without an address nobody is served', () => {
    expect(prepared('').server).toBeUndefined()
    expect(prepared('[server]\nallow = ["0.0.0.0/0"]\n').server).toBeUndefined()
  })

  test('becomes orders', () =>
    expect(
      prepared('[server]\nlisten = ["::", "::"]\nport = 1123\ninterval = "500ms"\ndeny = ["10.0.0.0/8"]\n')
        .server,
    ).toEqual({
      listen: ['::'],
      port: 1123,
      allow: ['127.0.0.0/8', '::1'],
      deny: ['10.0.0.0/8'],
      limit: { interval: 0.5, burst: 16 },
    }))

  test('ratelimit = false takes the limit away', () =>
    expect(prepared('[server]\nlisten = ["::"]\nratelimit = false\n').server?.limit).toBeUndefined())

  test('an agent that only watches refuses to serve, and says what to do', () =>
    expect(() => prepared('[server]\nlisten = ["::"]\n', false)).toThrow(
      /only watches serves no time.*--discipline/,
    ))

  test.each([
    ['listen = "0.0.0.0"', /:4: `listen` in \[server\] must be a list/],
    ['listen = ["ntp.example"]', /must hold IP addresses of this machine/],
    ['listen = ["192.0.2.1:123"]', /must hold IP addresses of this machine/],
    ['allow = ["10.0.0.0/40"]', /:4: `allow` in \[server\] must hold addresses or prefixes/],
    ['lisen = []', /did you mean `listen`/],
    ['burst = 0', /must be a whole number from 1 to 255/],
  ])('%s', (line, problem) => expect(() => prepared(`[server]\n${line}\n`)).toThrow(problem))
})
