/** What a check says of real servers that answer, and give no time. */
import { expect, test } from 'vitest'
import { liveSources } from '#apps/check/live.ts'
import { measureOnce } from '#apps/cli/measure.ts'
import { SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { type Behaviour, hostileServer } from './hostile-server.ts'

const stratum0 = (refid: number) => ({ stratum: 0, leap: 'unknown', refid }) as const
const CASES = [
  ['honest', {}, undefined],
  ['leap 3', { leap: 'unknown' }, 'unsynchronised'],
  ['stratum 16', { stratum: 16, leap: 'unknown' }, 'unsynchronised'],
  ['stratum 0, as chronyd', stratum0(0), 'unsynchronised'],
  ['stratum 0, as ntpd', stratum0(refidOf('INIT')), 'unsynchronised'],
  ['stratum 0, an address', stratum0(0x0a000001), 'unsynchronised'],
  ['RATE', stratum0(refidOf('RATE')), 'slowed'],
  ['DENY', stratum0(refidOf('DENY')), 'denied'],
  ['RSTR', stratum0(refidOf('RSTR')), 'denied'],
  ['another kiss code', stratum0(refidOf('NTSN')), 'refused'],
  ['an impossible precision', { precision: 5 }, 'refused'],
  ['silent', undefined, undefined],
] as const

test('each says what it answers', async () => {
  const servers = await Promise.all(
    CASES.map(([, change]) => {
      const behave: Behaviour = ({ honest }) => (change ? [{ ...honest, ...change }] : [])
      return hostileServer(behave)
    }),
  )
  const sources = servers.map(({ port }, index) => ({
    ...SOURCE_DEFAULTS,
    name: CASES[index]![0],
    address: '127.0.0.1',
    port,
  }))
  const status = await measureOnce(sources, { samples: 1, timeout: 2.5 })
  await Promise.all(servers.map(server => server.close()))
  expect(liveSources(status).map(({ name, answers, withoutTime }) => [name, answers, withoutTime])).toEqual(
    CASES.map(([name, , withoutTime]) => [`${name} (127.0.0.1)`, name === 'honest', withoutTime]),
  )
})
