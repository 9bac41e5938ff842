/** The command line against the real daemons of Debian, on loopback: their clock is ours, so the true offset is zero. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli } from '../support/cli.ts'
import { type Daemon, startChronyd, startNtpd } from '../support/daemons.ts'
import { insideOwnNetwork, makeLan, runIn } from '../support/netns.ts'

/** Generous: what is promised is the bound, and that it is useful on a machine under load. */
const USEFUL = 0.01

describe('query', () => {
  let chronyd: Daemon

  beforeAll(async () => {
    chronyd = await startChronyd(['local stratum 1'])
  })
  afterAll(() => chronyd.stop())

  test('chronyd: the true offset is within the bound, and the answer has the promised shape', async () => {
    const { stdout, code } = await cli(['query', `127.0.0.1:${chronyd.port}`, '--json'])
    const answer = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(answer.sources).toHaveLength(1)
    expect(answer.sources[0]).toMatchObject({
      address: '127.0.0.1',
      port: chronyd.port,
      stratum: 1,
      leap: 'none',
      state: 'system',
      reason: 'best',
      stampedBy: 'kernel',
    })
    for (const key of ['offset', 'delay', 'jitter', 'rootDistance'])
      expect(answer.sources[0][key]).toBeTypeOf('number')
    expect(Math.abs(answer.offset)).toBeLessThanOrEqual(answer.errorBound)
    expect(answer.errorBound).toBeLessThan(USEFUL)
    console.log(
      `chronyd on loopback: offset ${(answer.offset * 1e6).toFixed(1)} µs ± ${(answer.errorBound * 1e6).toFixed(1)} µs`,
    )
  })

  test('chronyd over IPv6, and a server that is not there', async () => {
    const six = await startChronyd(['local stratum 1'], { address: '::1' })
    const { stdout, code } = await cli(['query', `[::1]:${six.port}`, '127.0.0.1:9', '--json', '-n', '2'])
    await six.stop()
    const answer = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(answer.sources[0]).toMatchObject({ address: '::1', state: 'system' })
    expect(answer.sources[1]).toMatchObject({
      state: 'unreachable',
      reason: 'connection-refused',
      offset: null,
    })
    expect(Math.abs(answer.offset)).toBeLessThanOrEqual(answer.errorBound)
  })

  test('for a person: one row for each server and a sentence', async () => {
    const { stdout } = await cli(['query', `127.0.0.1:${chronyd.port}`, '-n', '2'])
    expect(stdout).toMatch(/This clock is .* (behind|ahead), correct to within .*, by one server\./)
  })

  test('exit codes by thresholds', async () => {
    const server = `127.0.0.1:${chronyd.port}`
    expect((await cli(['query', server, '-n', '2', '-w', '1s', '-c', '2s'])).code).toBe(0)
    expect((await cli(['query', server, '-n', '2', '-w', '0.000001us', '-c', '2s'])).code).toBe(1)
    expect((await cli(['query', server, '-n', '2', '-w', '0.000001us', '-c', '0.000001us'])).code).toBe(2)
    expect((await cli(['query', '127.0.0.1:9', '-n', '2'])).code).toBe(3)
    expect((await cli(['query', 'bad server'])).code).toBe(3)
    expect((await cli(['query'])).code).toBe(3)
  })

  test('an unsynchronised chronyd gives no time, and the reason is named', async () => {
    const alone = await startChronyd([])
    const { stdout, code } = await cli(['query', `127.0.0.1:${alone.port}`, '--json', '-n', '2'])
    await alone.stop()
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({
      offset: null,
      errorBound: null,
      sources: [{ state: 'unusable', reason: 'not-synchronised' }],
    })
  })

  test('drift: two measurements and what follows', async () => {
    const { stdout, code } = await cli([
      'drift',
      `127.0.0.1:${chronyd.port}`,
      '-i',
      '3s',
      '-n',
      '2',
      '--json',
    ])
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(code).toBe(0)
    expect(lines.map(({ kind }) => kind)).toEqual(['measurement', 'measurement', 'summary'])
    // Against our own clock nothing drifts.
    expect(lines[2].leastPpm).toBeLessThanOrEqual(0)
    expect(lines[2].mostPpm).toBeGreaterThanOrEqual(0)
  })
})

describe.skipIf(!insideOwnNetwork.permitted)(
  'ntpd of ntpsec, which only listens on port 123, in a network of its own',
  () => {
    test('the true offset is within the bound', { timeout: 120_000 }, async () => {
      const lan = makeLan(2)
      try {
        const [first, second] = lan.servers
        const chronyd = await startChronyd(['local stratum 1'], {
          netns: first!.netns,
          address: first!.address,
          port: 123,
        })
        const config = [
          `server ${first!.address} iburst minpoll 3 maxpoll 4`,
          'tos minsane 1',
          'restrict default',
        ]
        const ntpd = await startNtpd(config, { netns: second!.netns })
        // It calls itself synchronised after a few replies of its own server.
        let answer: { offset: number | null; errorBound: number; sources: unknown[] } | undefined
        for (let i = 0; i < 20 && typeof answer?.offset !== 'number'; i++) {
          answer = JSON.parse(
            (await runIn(lan.client, ['query', second!.address, '--json', '-n', '2'])).stdout,
          )
        }
        await Promise.all([ntpd.stop(), chronyd.stop()])
        expect(answer!.offset, JSON.stringify(answer!.sources) + ntpd.output()).toBeTypeOf('number')
        expect(Math.abs(answer!.offset!)).toBeLessThanOrEqual(answer!.errorBound)
        console.log(
          `ntpd: offset ${(answer!.offset! * 1e6).toFixed(1)} µs ± ${(answer!.errorBound * 1e6).toFixed(1)} µs`,
        )
      } finally {
        lan.remove()
      }
    })
  },
)
