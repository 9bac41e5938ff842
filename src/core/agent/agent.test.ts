/** The agent in the simulated world, with servers that behave in every way that a server can. */
import { describe, expect, test } from 'vitest'
import { decodePacket, encodePacket, type Packet } from '#core/ntp/packet.ts'
import { refidOf } from '#core/ntp/refid.ts'
import { instant, plus } from '#core/time/instant.ts'
import { drive } from '#worlds/drive.ts'
import { watchOnly } from '#worlds/overlay.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { ntpServer, type Peer, type ServerConfig } from '#worlds/simulated/server.ts'
import { Simulation, type SimulationConfig } from '#worlds/simulated/world.ts'
import type { AgentAction } from './action.ts'
import { Agent } from './agent.ts'
import { AGENT_DEFAULTS, type AgentConfig, SOURCE_DEFAULTS, type SourceConfig } from './config.ts'
import type { AgentEvent } from './event.ts'
import { readLine, writeEntry, writeHead } from './journal.ts'

const START = instant(1_795_258_202_000_000_000n)
const LINK = symmetricLink(1e-3, 50e-6)
const server = (i: number, more: Partial<ServerConfig> = {}): ServerConfig => ({
  address: `192.0.2.${i}`,
  link: LINK,
  ...more,
})
const source = (address: string, more: Partial<SourceConfig> = {}): SourceConfig => ({
  ...SOURCE_DEFAULTS,
  name: address,
  address,
  ...more,
})

/** A server whose honest answers are changed on their way out. */
const bent = (i: number, bend: (packet: Packet, count: number) => Packet | undefined): Peer => {
  const honest = ntpServer(server(i))
  let count = 0
  return {
    ...honest,
    answer(request, at, start) {
      const decoded = decodePacket(honest.answer(request, at, start) ?? new Uint8Array())
      if (decoded.kind === 'refused') return undefined
      const changed = bend(decoded.packet, count++)
      return changed && encodePacket(changed)
    },
  }
}

function live(world: Partial<SimulationConfig>, sources: SourceConfig[], more: Partial<AgentConfig> = {}) {
  const sim = new Simulation({
    seed: 7,
    start: START,
    oscillator: { frequencyError: 10e-6 },
    servers: [],
    ...world,
  })
  const agent = new Agent({ ...AGENT_DEFAULTS, ...more, sources }, sim.world.random)
  const events: AgentEvent[] = []
  const actions: AgentAction[] = []
  const driven = drive(watchOnly(sim.world), agent, (event, answered) => {
    events.push(event)
    actions.push(...answered)
  })
  const status = () => agent.status(sim.world.clock.read())
  return { sim, agent, events, actions, driven, status, one: () => status().sources[0]! }
}

const requests = (actions: readonly AgentAction[]) => actions.filter(action => action.kind === 'send')

describe('a source that works', () => {
  test('is asked four times in a burst, then at its poll interval, each time from a fresh socket', () => {
    const { sim, actions, one } = live({ servers: [server(1)] }, [source('192.0.2.1', { maxpoll: 6 })])
    sim.run(8)
    expect(requests(actions)).toHaveLength(4)
    expect(one()).toMatchObject({ state: 'system', reason: 'best', reach: 0b1111, stampedBy: 'kernel' })
    sim.run(8 + 640)
    const sent = requests(actions)
    // Ten intervals of 64 s, each up to 1/32 longer, and the first of them up to three quarters shorter.
    expect(sent.length).toBeGreaterThanOrEqual(4 + 9)
    expect(sent.length).toBeLessThanOrEqual(4 + 11)
    expect(new Set(sent.map(({ flow }) => flow)).size).toBe(sent.length)
    expect(one().reach).toBe(0b11111111)
  })

  test('has the dispersion of its best measurement, which grows with age and knows nothing of empty stages', () => {
    const { sim, one } = live({ servers: [server(1)] }, [source('192.0.2.1', { minpoll: 10 })])
    sim.run(8)
    const young = one().dispersion!
    // RFC 5905 would add 0.94 s for the four stages that are still empty: 16 s · (2⁻⁵ + 2⁻⁶ + 2⁻⁷ + 2⁻⁸).
    expect(young).toBeLessThan(one().rootDistance!)
    sim.run(200)
    expect(one().dispersion!).toBeGreaterThan(young)
    expect(one().dispersion!).toBeLessThan(one().rootDistance!)
  })

  test('is asked less often while nothing happens, up to maxpoll', () => {
    const { sim, one } = live({ servers: [server(1)] }, [source('192.0.2.1', { minpoll: 4, maxpoll: 8 })])
    sim.run(7)
    expect(one().poll).toBe(4)
    sim.run(20_000)
    expect(one().poll).toBe(8)
  })

  test('without iburst is asked twice, because one answer bounds no rate, and then at its interval', () => {
    const { sim, actions, status } = live({ servers: [server(1)] }, [source('192.0.2.1', { iburst: false })])
    sim.run(60)
    expect(requests(actions)).toHaveLength(2)
    expect(status().state).toBe('locked')
  })

  test('lets go of every socket', () => {
    const { sim, actions } = live({ servers: [server(1)] }, [source('192.0.2.1'), source('192.0.2.99')])
    sim.run(5000)
    const opened = requests(actions).map(({ flow }) => flow)
    const released = actions.filter(action => action.kind === 'release').map(({ flow }) => flow)
    expect(opened.filter(flow => !released.includes(flow)).length).toBeLessThanOrEqual(2)
  })
})

describe('a source that does not work says why', () => {
  const fate = (peer: Peer | undefined, config: Partial<SourceConfig> = {}, until = 60) => {
    const { sim, one } = live({ peers: peer ? [peer] : [] }, [source('192.0.2.1', config)])
    sim.run(until)
    return one()
  }

  test('nobody there', () => {
    expect(fate(undefined, {}, 3)).toMatchObject({ state: 'starting', reason: 'no-reply-yet' })
    expect(fate(undefined, {}, 600)).toMatchObject({ state: 'unreachable', reason: 'no-reply', reach: 0 })
  })

  test('a name that does not resolve', () => {
    const { sim, one, actions } = live({}, [source('ntp.example')])
    sim.run(0)
    expect(one()).toMatchObject({ state: 'starting', reason: 'resolving-name' })
    sim.run(1)
    expect(one()).toMatchObject({ state: 'unreachable', reason: 'name-not-found' })
    sim.run(100)
    // At once, after 4, 8, 16, 32 s.
    expect(actions.filter(action => action.kind === 'resolve')).toHaveLength(5)
  })

  test('unsynchronised, by its own word', () => {
    expect(fate(bent(1, packet => ({ ...packet, leap: 'unknown', stratum: 16 })))).toMatchObject({
      state: 'unusable',
      reason: 'not-synchronised',
      lastRefusal: 'not-synchronised',
    })
  })

  test.each<[string, (packet: Packet) => Packet]>([
    ['no time to give', packet => ({ ...packet, leap: 'unknown', stratum: 16 })],
    ['no time that can be used', packet => ({ ...packet, rootDispersion: 20 })],
  ])('%s: after a pause, too, it is asked no more often than others', (_, bend) => {
    const hour = 3600
    const { sim } = live(
      {
        servers: [server(1), server(2)],
        peers: [bent(3, (packet, count) => (count < 8 ? packet : bend(packet)))],
        pauses: [{ at: hour, length: 20 }],
      },
      [1, 2, 3].map(i => source(`192.0.2.${i}`)),
    )
    sim.run(2 * hour)
    const before = sim.packetsSent
    sim.run(10 * hour)
    expect(sim.packetsSent - before).toBeLessThan((3 * 8 * hour) / 64)
  })

  test('too far from the truth', () => {
    expect(fate(bent(1, packet => ({ ...packet, rootDispersion: 5 })))).toMatchObject({
      state: 'unusable',
      reason: 'too-distant',
    })
  })

  test('answers that are none', () => {
    expect(fate(bent(1, packet => ({ ...packet, origin: packet.receive })))).toMatchObject({
      state: 'unusable',
      reason: 'replies-refused',
      accepted: 0,
      lastRefusal: 'bogus-origin',
    })
  })

  test('measured only', () => {
    const { sim, status } = live({ servers: [server(1)] }, [source('192.0.2.1', { noselect: true })])
    sim.run(60)
    expect(status()).toMatchObject({
      offset: undefined,
      sources: [{ state: 'unusable', reason: 'measured-only' }],
    })
    // 10 ppm for a minute.
    expect(Math.abs(status().sources[0]!.offset!)).toBeLessThan(1e-3)
  })

  test('fewer than minsources', () => {
    const { sim, status } = live({ servers: [server(1)] }, [source('192.0.2.1')], { minsources: 2 })
    sim.run(60)
    expect(status()).toMatchObject({ offset: undefined, sources: [{ reason: 'too-few-sources' }] })
  })

  test('not preferred', () => {
    const sources = [source('192.0.2.1', { prefer: true }), source('192.0.2.2')]
    const { sim, status } = live({ servers: [server(1), server(2)] }, sources)
    sim.run(60)
    expect(status().sources.map(({ reason }) => reason)).toEqual(['best', 'not-preferred'])
  })
})

describe('the kiss of death', () => {
  const kiss = (code: string, when: (count: number) => boolean) =>
    bent(1, (packet, count) =>
      when(count) ? { ...packet, stratum: 0, leap: 'unknown', refid: refidOf(code), poll: 127 } : packet,
    )

  test.each(['DENY', 'RSTR'])('%s: the source is never asked again', code => {
    const { sim, actions, one } = live({ peers: [kiss(code, count => count === 2)] }, [source('192.0.2.1')])
    sim.run(10_000)
    expect(one()).toMatchObject({ state: 'stopped', reason: 'asked-to-stop' })
    expect(requests(actions)).toHaveLength(3)
  })

  test('RATE: half as often, no matter how large its poll field, and normally again when it ends', () => {
    const { sim, one } = live({ peers: [kiss('RATE', count => count === 1)] }, [
      source('192.0.2.1', { maxpoll: 6 }),
    ])
    sim.run(10)
    expect(one()).toMatchObject({ poll: 7, refusals: { 'kiss-rate': 1 } })
    sim.run(10 + 11 * 128 * 1.04)
    expect(one().poll).toBe(6)
    expect(one().state).toBe('system')
  })

  test('RATE again and again: never slower than maxpoll', () => {
    const { sim, one } = live({ peers: [kiss('RATE', () => true)] }, [source('192.0.2.1', { maxpoll: 9 })])
    sim.run(50_000)
    expect(one().poll).toBe(9)
  })

  test('an unknown code changes nothing', () => {
    const { sim, one } = live({ peers: [kiss('NTSN', count => count === 1)] }, [source('192.0.2.1')])
    sim.run(10)
    expect(one()).toMatchObject({ poll: 6, state: 'system', refusals: { 'kiss-other': 1 } })
  })

  test('with a forged origin it is nothing but a forged packet (D4)', () => {
    const forged = bent(1, packet => ({
      ...packet,
      stratum: 0,
      refid: refidOf('DENY'),
      origin: packet.transmit,
    }))
    const { sim, one } = live({ peers: [forged] }, [source('192.0.2.1')])
    sim.run(10)
    expect(one().state).not.toBe('stopped')
  })
})

describe('a server whose own time goes wrong', () => {
  test('one that steps back is believed again, on its new time line', () => {
    const back = { ...server(1), lies: [{ at: 1000, offset: -500 }] }
    const { sim, status, one } = live({ servers: [back] }, [source('192.0.2.1', { maxpoll: 6 })])
    sim.run(3000)
    expect(one()).toMatchObject({ state: 'system', refusals: { 'server-went-backwards': 1 } })
    expect(status().offset).toBeCloseTo(-500, 1)
  })

  test('a lone server that jumps forward is not followed on one sample; meanwhile the bound covers both', () => {
    const jumps = { ...server(1), lies: [{ at: 1000, offset: 30 }] }
    const { sim, status, actions } = live({ servers: [jumps] }, [source('192.0.2.1', { maxpoll: 6 })])
    sim.run(1000)
    const before = requests(actions).length
    while (requests(actions).length === before) sim.run(sim.now + 0.1)
    sim.run(sim.now + 0.5)
    expect(status().state).toBe('disrupted')
    expect(status().errorBound).toBeGreaterThan(29)
    sim.run(sim.now + 10)
    expect(status().state).toBe('locked')
    expect(status().errorBound).toBeLessThan(0.01)
    expect(sim.records.filter(record => record.kind === 'disruption')).toMatchObject([
      { what: 'sources-jumped', witness: 'sources' },
    ])
  })
})

describe('two names for one server', () => {
  test('it is asked once, the other says so, and takes over when the first is gone', () => {
    const names = { 'one.example': ['192.0.2.1'], 'two.example': ['192.0.2.1'] }
    const [one, two] = [source('one.example'), source('two.example')]
    const { sim, status, driven } = live({ names, servers: [server(1)] }, [one, two])
    sim.run(60)
    expect(status().sources).toMatchObject([
      { reason: 'best' },
      { state: 'unusable', reason: 'asked-already' },
    ])
    driven.tell({
      kind: 'configured',
      now: sim.world.clock.read(),
      config: { ...AGENT_DEFAULTS, sources: [two] },
    })
    sim.run(600)
    expect(status().sources).toMatchObject([{ name: 'two.example', reason: 'best' }])
  })
})

describe('a pool', () => {
  const names = { 'pool.example': Array.from({ length: 8 }, (_, i) => `192.0.2.${i + 1}`) }
  const pool = source('pool.example', { pool: true, maxsources: 4, maxpoll: 6 })
  const inUse = (status: { sources: readonly { address: string }[] }) =>
    status.sources.map(({ address }) => address)

  test('uses as many members as it may', () => {
    const { sim, status } = live({ names, servers: [1, 2, 3, 4, 5, 6, 7, 8].map(i => server(i)) }, [pool])
    sim.run(60)
    expect(inUse(status())).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'])
  })

  test('replaces the silent and the lying member, without a storm (T16)', () => {
    const servers = [server(1), server(3, { offset: 0.5 }), server(4), server(5), server(6)]
    const { sim, status } = live({ names, servers }, [pool])
    sim.run(4 * 3600)
    expect(inUse(status())).not.toContain('192.0.2.2')
    expect(inUse(status())).not.toContain('192.0.2.3')
    expect(status().sources.every(({ state }) => ['system', 'survivor', 'outlier'].includes(state))).toBe(
      true,
    )
    const replaced = sim.records.filter(
      record => record.kind === 'notice' && record.name === 'source-replaced',
    )
    expect(replaced).toHaveLength(2)
  })

  test('a whole network that is away does not churn through the pool', () => {
    const { sim } = live({ names, servers: [] }, [pool])
    sim.run(4 * 3600)
    const replaced = sim.records.filter(
      record => record.kind === 'notice' && record.name === 'source-replaced',
    )
    expect(replaced.length).toBeLessThanOrEqual(15)
  })
})

describe('the agent as a whole', () => {
  test('a new configuration keeps the sources that are in both', () => {
    const { sim, driven, status } = live({ servers: [server(1), server(2), server(3)] }, [
      source('192.0.2.1'),
      source('192.0.2.2'),
    ])
    sim.run(100)
    const kept = status().sources[0]!.accepted
    const config = { ...AGENT_DEFAULTS, sources: [source('192.0.2.1'), source('192.0.2.3')] }
    driven.tell({ kind: 'configured', now: sim.world.clock.read(), config })
    sim.run(200)
    expect(status().sources.map(({ address }) => address)).toEqual(['192.0.2.1', '192.0.2.3'])
    expect(status().sources[0]!.accepted).toBeGreaterThanOrEqual(kept)
    expect(status().state).toBe('locked')
  })

  test('without any source it is alive and says that it knows nothing', () => {
    const { sim, status } = live({}, [])
    sim.run(1000)
    expect(status()).toMatchObject({
      offset: undefined,
      errorBound: undefined,
      frequencyError: undefined,
      sources: [],
    })
  })

  test('a journal of its events gives the same actions again, bit for bit', () => {
    const world = { servers: [server(1), server(2)], pauses: [{ at: 500, length: 3 }] }
    const sources = [source('192.0.2.1'), source('192.0.2.2')]
    const config = { ...AGENT_DEFAULTS, sources }
    const sim = new Simulation({ seed: 7, start: START, oscillator: { frequencyError: 10e-6 }, ...world })
    const lines = [writeHead('test', config)]
    const actions: AgentAction[] = []
    let random: number[] = []
    const agent = new Agent(config, () => {
      random.push(sim.world.random())
      return random.at(-1)!
    })
    drive(watchOnly(sim.world), agent, (event, answered) => {
      lines.push(writeEntry({ event, random }))
      random = []
      actions.push(...answered)
    })
    sim.run(3000)
    expect(lines.length).toBeGreaterThan(100)

    const [head, ...entries] = lines.map(readLine)
    if (!head || !('config' in head)) throw new Error('no head')
    let drawn: number[] = []
    const again = new Agent(head.config, () => drawn.shift()!)
    const replayed = entries.flatMap(entry => {
      if (!entry || !('event' in entry)) throw new Error('no entry')
      drawn = [...entry.random]
      return again.handle(entry.event)
    })
    expect(replayed).toEqual(actions)
  })

  test.each(['', '{', 'null', '3', '{"event":{}}', '{"journal":2}', '{"$n":"x"}'])(
    '%j is no line of a journal',
    line => {
      expect(readLine(line)).toBeUndefined()
    },
  )

  test('somebody who sets the clock is recorded and disturbs no measurement', () => {
    const { sim, status } = live({ servers: [server(1)], steps: [{ at: 1000, size: 40 }] }, [
      source('192.0.2.1'),
    ])
    sim.run(999)
    const before = status()
    sim.run(1001)
    const after = status()
    expect(after.offset! - before.offset!).toBeCloseTo(-40, 3)
    expect(after.errorBound! - before.errorBound!).toBeLessThan(1e-3)
    expect(sim.records.filter(({ kind }) => kind === 'step')).toMatchObject([
      { size: 40, by: 'somebody-else' },
    ])
  })

  test('the clock reads 1970 at the start, and the offset is right all the same', () => {
    const { sim, status } = live({ servers: [server(1)], clock: { offset: -1_795_258_202 } }, [
      source('192.0.2.1'),
    ])
    sim.run(60)
    expect(status().offset).toBeCloseTo(1_795_258_202, 2)
  })

  test('era 0 ends while we watch (2036-02-07), and nothing happens', () => {
    const start = plus(instant(2_085_978_496_000_000_000n), -500)
    const { sim, status } = live({ start, servers: [server(1)] }, [source('192.0.2.1', { maxpoll: 6 })])
    sim.run(10_500)
    expect(status().sources[0]).toMatchObject({ state: 'system', refusals: {} })
    expect(Math.abs(status().offset! + 10_500 * 10e-6)).toBeLessThan(1e-3)
  })
})

test('goes on asking where one of six processors is 85 s behind, and its alarm seems to ring too early', () => {
  const { sim, actions } = live({ servers: [server(1)], cpus: [{ ahead: -85 }, {}, {}, {}, {}, {}] }, [
    source('192.0.2.1', { maxpoll: 6 }),
  ])
  sim.run(6 * 3600)
  // A request each 64 s, and now and then one that is 85 s late.
  expect(requests(actions).length).toBeGreaterThan(150)
})

describe('a clock that runs off by more than any that can be kept', () => {
  const HOUR = 3600
  test.each([0.33, -0.5])(
    '%f: it is asked about politely, and that it cannot be kept is said once',
    frequencyError => {
      const { sim, actions, status } = live(
        { servers: [server(1), server(2)], oscillator: { frequencyError } },
        [source('192.0.2.1'), source('192.0.2.2')],
      )
      sim.run(8 * HOUR)
      // Two bursts or so, until it is clear, and then up to the slowest poll, of 1024 s by such a clock.
      expect(requests(actions).length).toBeLessThan(120)
      expect(status()).toMatchObject({ state: 'freerun', offset: undefined })
      for (const each of status().sources)
        expect(each).toMatchObject({ state: 'unusable', reason: 'erratic' })
      const told = sim.records.filter(record => record.kind === 'notice' && record.name === 'clock-erratic')
      expect(told).toHaveLength(1)
    },
  )
})
