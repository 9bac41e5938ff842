import { describe, expect, test } from 'vitest'
import { Access } from '#core/ntp/access.ts'
import { decodePacket, type Packet } from '#core/ntp/packet.ts'
import { RateLimit } from '#core/ntp/rate-limit.ts'
import { formatRefid, refidOf } from '#core/ntp/refid.ts'
import type { Standing } from '#core/ntp/reply.ts'
import { instant, monotonic, plus, type Reading } from '#core/time/instant.ts'
import { toNtpTime } from '#core/time/ntp-time.ts'
import { TimeServer } from './server.ts'
import { STANDING_LASTS, Standings } from './standing.ts'
import type { SourceStatus, Status } from './status.ts'

const START: Reading = { wall: instant(1_795_258_202_000_000_000n), monotonic: monotonic(1_000_000_000_000n) }
const later = (by: number): Reading => ({ wall: plus(START.wall, by), monotonic: plus(START.monotonic, by) })
const REFID = 0xc0000201

const source = (more: Partial<SourceStatus>): SourceStatus =>
  ({ address: '192.0.2.1', state: 'survivor', leap: 'none', ...more }) as SourceStatus
const SYSTEM = source({ state: 'system' })

const status = (more: Partial<Status> = {}): Status => ({
  now: later(10),
  state: 'locked',
  offset: -20e-6,
  errorBound: 300e-6,
  frequencyError: 1e-6,
  frequencyErrorBound: 1e-7,
  jitter: 1e-6,
  rootDelay: 200e-6,
  rootDispersion: 100e-6,
  stratum: 3,
  refid: '198.51.100.1',
  leap: 'none',
  measuredAt: later(0),
  holding: undefined,
  sources: [SYSTEM],
  ...more,
})
const standings = () => new Standings(50e-9, () => REFID)
const of = (more: Partial<Status> = {}) => standings().of(status(more))
const distance = ({ rootDelay, rootDispersion }: Standing) => rootDelay / 2 + rootDispersion
const NOTHING = { leap: 'unknown', stratum: 0, rootDispersion: 16, reference: undefined }

describe('what is said of the clock', () => {
  test('whom it follows, and when it last heard of them by what it shows now', () => {
    expect(of()).toMatchObject({ leap: 'none', stratum: 3, precision: -24, refid: REFID })
    const stepped = { ...later(10), wall: plus(later(10).wall, 100) }
    expect(of({ now: stepped }).reference).toBe(plus(later(0).wall, 100))
  })

  test('the distance that a client adds up is the error bound, and the offset that is still being slewed', () => {
    expect(distance(of())).toBeGreaterThanOrEqual(320e-6)
    expect(distance(of())).toBeLessThan(330e-6)
    expect(of().rootDelay).toBe(200e-6)
  })

  test('a bound that is smaller than half the delay is not made larger by it', () =>
    expect(distance(of({ rootDelay: 1, offset: 0, now: later(1) }))).toBeLessThan(320e-6))

  test('it grows by 15 ppm of the age at least, however steady the counter is', () => {
    const grown = of({ state: 'holdover', now: later(3600), errorBound: 300e-6 })
    expect(distance(grown)).toBeGreaterThanOrEqual(15e-6 * 3600)
  })

  test.each(['starting', 'freerun', 'disrupted'] as const)('nothing while it is %s', state =>
    expect(of({ state })).toMatchObject(NOTHING),
  )

  test('a refid that says why', () => {
    expect(formatRefid(of({ state: 'starting' }).refid, 0)).toBe('INIT')
    expect(formatRefid(of({ state: 'disrupted' }).refid, 0)).toBe('STEP')
  })

  test.each([
    ['the clock is far off and may not be stepped', { offset: 1.1 }],
    ['nobody knows it to a second', { errorBound: 1.2 }],
    ['the source is at the end of the chain', { stratum: 16 }],
    ['it has followed nobody yet', { sources: [], stratum: undefined }],
    ['nothing is known', { offset: undefined, errorBound: undefined }],
  ] as const)('nothing while %s', (_, more) => expect(of(more)).toMatchObject(NOTHING))

  test('a clock that coasts goes on saying whom it followed, until it has to begin anew', () => {
    const server = standings()
    server.of(status())
    const coasting = status({ state: 'holdover', stratum: undefined, sources: [source({})] })
    expect(server.of(coasting)).toMatchObject({ stratum: 3, refid: REFID, leap: 'none' })
    server.of(status({ state: 'freerun' }))
    expect(server.of(coasting)).toMatchObject(NOTHING)
  })

  test('a leap second when most of those that are followed announce it', () => {
    const announcing = (...leaps: readonly ('none' | 'insert' | 'delete')[]) =>
      of({ sources: leaps.map((leap, i) => source({ leap, state: i === 0 ? 'system' : 'survivor' })) }).leap
    expect(announcing('insert')).toBe('insert')
    expect(announcing('insert', 'none', 'none')).toBe('none')
    expect(announcing('none', 'insert', 'insert')).toBe('insert')
    expect(announcing('insert', 'none')).toBe('none')
    expect(announcing('delete', 'delete')).toBe('delete')
  })
})

describe('the server', () => {
  const SYNCHRONISED: Standing = {
    leap: 'none',
    stratum: 3,
    precision: -20,
    rootDelay: 0,
    rootDispersion: 1e-3,
    refid: REFID,
    reference: START.wall,
  }
  const request = () => {
    const bytes = new Uint8Array(48)
    bytes[0] = 0x23
    bytes[47] = 9
    return bytes
  }

  function start(more: { standing?: () => Standing; random?: () => number; burst?: number } = {}) {
    let asked = 0
    const server = new TimeServer({
      access: new Access([{ bytes: Uint8Array.of(127, 0, 0, 0), bits: 8 }], []),
      limit: more.burst
        ? { clients: new RateLimit({ interval: 2, burst: more.burst }, 1), interval: 2 }
        : undefined,
      precision: -20,
      standing: () => {
        asked++
        return more.standing?.() ?? SYNCHRONISED
      },
      random: more.random ?? (() => 1),
    })
    asked = 0
    const ask = (now = 0, bytes = request(), address = [127, 0, 0, 1]): Packet | undefined => {
      const length = server.arrive({
        bytes,
        at: 0,
        length: bytes.length,
        address: Uint8Array.from(address),
        addressAt: 0,
        addressLength: 4,
        port: 50_000,
        seconds: 5,
        nanoseconds: 0,
        now,
      })
      if (length === 0) return undefined
      server.leave(bytes, 0, 5, 1000)
      const decoded = decodePacket(bytes.subarray(0, length))
      return decoded.kind === 'packet' ? decoded.packet : undefined
    }
    return { server, ask, asked: () => asked }
  }

  test('answers who may ask, and nobody else', () => {
    const { server, ask } = start()
    expect(ask()).toMatchObject({ stratum: 3, mode: 4, origin: 9n })
    expect(ask(0, request(), [192, 0, 2, 1])).toBeUndefined()
    expect(server.counts).toMatchObject({ requests: 2, replies: 1, dropped: { 'not-allowed': 1 } })
  })

  test('counts what it dropped, by the reason', () => {
    const { server, ask } = start()
    ask(0, new Uint8Array(12))
    ask(
      0,
      Uint8Array.from(request(), (byte, i) => (i === 0 ? 0x26 : byte)),
    )
    server.drop('too-long')
    expect(server.counts).toMatchObject({
      requests: 3,
      replies: 0,
      dropped: { 'too-short': 1, 'wrong-mode': 1, 'too-long': 1, stale: 0 },
    })
  })

  test('asks what it may say four times a second, however many ask it', () => {
    const { ask, asked } = start()
    for (let i = 0; i < 10_000; i++) ask(i * 1e-4)
    expect(asked()).toBeLessThanOrEqual(1 / STANDING_LASTS + 1)
  })

  test('says at once that the time is not known any more', () => {
    let standing = SYNCHRONISED
    const { server, ask } = start({ standing: () => standing })
    expect(ask(0)?.stratum).toBe(3)
    standing = { ...SYNCHRONISED, leap: 'unknown', stratum: 0, refid: refidOf('STEP') }
    server.renew()
    expect(ask(0)).toMatchObject({ leap: 'unknown', stratum: 0 })
    expect(server.counts.unsynchronised).toBe(1)
  })

  test('beyond the limit one in four is answered, and one in sixteen of the others told to slow down', () => {
    let drawn = 0
    const { server, ask } = start({ burst: 8, random: () => Math.imul(++drawn, 0x9e3779b1) >>> 0 })
    let kisses = 0
    let answers = 0
    for (let i = 0; i < 10_000; i++) {
      const packet = ask(0)
      if (packet?.stratum === 3) answers++
      else if (packet) {
        expect(formatRefid(packet.refid, 0)).toBe('RATE')
        kisses++
      }
    }
    expect(answers / 10_000).toBeGreaterThan(0.24)
    expect(answers / 10_000).toBeLessThan(0.27)
    expect(kisses / 7_500).toBeGreaterThan(0.05)
    expect(kisses / 7_500).toBeLessThan(0.075)
    expect(server.counts).toMatchObject({ requests: 10_000, replies: answers + kisses, kisses })
    expect(server.counts.dropped['rate-limited']).toBe(10_000 - answers - kisses)
  })

  test('writes when the reply leaves as late as it is told', () => {
    const packet = start().ask()!
    expect(packet.receive).toBe(toNtpTime(instant(5_000_000_000n)))
    expect(packet.transmit).toBeGreaterThan(packet.receive)
  })
})
