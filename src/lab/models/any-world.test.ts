/** Every timekeeper lives through every world: whatever becomes of its clock, it does not break, and the same seed gives the same run. */
import { describe, expect, test } from 'vitest'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { CHRONY_DEFAULTS } from '#dialects/chrony/settings.ts'
import { gapOf } from '#worlds/simulated/hypervisor/life-event.ts'
import { TOOLS } from '#worlds/simulated/hypervisor/tools.ts'
import type { SimulationConfig } from '#worlds/simulated/world.ts'
import { agentPlayer, daemonPlayer, type PlayerMaker, runLab } from '../run.ts'
import { Chronyd } from './chronyd/chronyd.ts'
import { nobody } from './none.ts'
import { Ntpd } from './ntpd/ntpd.ts'
import { RepeatedNtpd } from './ntpd/repeated.ts'
import { ntpdRs } from './ntpd-rs/ntpd-rs.ts'
import { openNtpd } from './openntpd/openntpd.ts'
import { SERVER, START } from './test-world.ts'
import { Timekeeper } from './timekeeper/timekeeper.ts'
import { timesyncd } from './timesyncd/timesyncd.ts'

const chrony = readChronyConf(`server ${SERVER} iburst\nmakestep 1 -1`, 'chrony.conf')

const PLAYERS: Record<string, PlayerMaker> = {
  'our agent': agentPlayer({
    ...AGENT_DEFAULTS,
    sources: [{ ...SOURCE_DEFAULTS, name: SERVER, address: SERVER }],
  }),
  ntpd: daemonPlayer(
    ({ random, recording }) =>
      new Ntpd({
        config: `server ${SERVER} iburst`,
        version: '4.2.8p15',
        options: ['-g'],
        random,
        recording,
      }),
  ),
  chronyd: daemonPlayer(
    ({ random, recording }) =>
      new Chronyd(
        { settings: { ...CHRONY_DEFAULTS, ...chrony.said }, sources: chrony.sources, recording },
        random,
      ),
  ),
  timesyncd: daemonPlayer(({ random, recording }) =>
    timesyncd({ config: `[Time]\nNTP=${SERVER}`, random, recording }),
  ),
  OpenNTPD: daemonPlayer(({ random, recording }) =>
    openNtpd({ config: `server ${SERVER} trusted`, random, recording }),
  ),
  'ntpd-rs': daemonPlayer(({ random, recording }) =>
    ntpdRs({
      config: `[synchronization]\nminimum-agreeing-sources = 1\n[[source]]\nmode = "server"\naddress = "${SERVER}"`,
      random,
      recording,
    }),
  ),
  'ntpd -q in a loop': daemonPlayer(
    ({ random, recording }) =>
      new RepeatedNtpd(
        { config: `server ${SERVER} iburst`, version: '4.2.8p15', options: ['-q', '-g'], random, recording },
        60,
      ),
  ),
  'a servo': daemonPlayer(({ random, recording }) => new Timekeeper({ server: SERVER, random, recording })),
  nobody,
}

const pause = (at: number, length: number) => ({ verb: 'pause', at, length }) as const

const WORLDS: Record<string, Partial<SimulationConfig>> = {
  'a pause that the host repairs': {
    hypervisor: { family: 'kvm-clock', events: [pause(500, 30)], tools: TOOLS['qemu-guest-agent'] },
  },
  'a long gap in which the counter ran on': {
    hypervisor: { family: 'kvm-tsc', events: [pause(500, 600)] },
  },
  'a snapshot that is days old': {
    hypervisor: { family: 'vmware', events: [{ verb: 'revert', snapshot: 500, at: 1800 }] },
  },
  'a host that is behind, and a wall clock that waits for it': {
    hypervisor: {
      family: 'xen-pv-dependent',
      events: [{ verb: 'migrate', at: 500, downtime: 1, to: { offset: -60, counter: 40e-6 } }],
    },
  },
  'a laptop that sleeps': {
    hypervisor: { family: 'bare-metal', events: [{ verb: 'sleep', at: 500, length: 1200 }] },
  },
  'tools that set the clock each minute': {
    hypervisor: { family: 'vmware', host: { offset: 0.3 }, tools: TOOLS['vmware-tools-periodic'] },
  },
  'one processor that is 85 s behind': { cpus: [{ ahead: -85 }, {}, {}, {}, {}, {}] },
  'a counter that jumps': { oscillator: { jumps: { every: 180, size: 57.4 } } },
  'lost ticks': { oscillator: { ticks: { hz: 1000, lost: 0.1, compensation: 2 } } },
  'a host that is overcommitted': { load: [{ at: 0, part: 0.6, slice: 0.2 }] },
}

const playIn = (world: Partial<SimulationConfig>, player: PlayerMaker) =>
  runLab({
    world: {
      start: START,
      servers: [{ address: SERVER, link: { up: { base: 1e-3 }, down: { base: 1e-3 } } }],
      ...world,
    },
    seed: 3,
    duration: 2500,
    player,
    believing: true,
  })

/** So many seconds the guest does not run. */
const asleep = ({ hypervisor }: Partial<SimulationConfig>): number =>
  (hypervisor?.events ?? []).map(gapOf).reduce((sum, { from, to }) => sum + to - from, 0)

describe.each(Object.entries(WORLDS))('%s', (_, world) => {
  test.each(Object.entries(PLAYERS))('%s', (_, player) => {
    const play = () => playIn(world, player)
    const first = play()
    // Each second in which the guest runs has one.
    const read = first.offsets.filter(Number.isFinite)
    expect(read.length).toBe(first.offsets.length - asleep(world))
    expect(play()).toEqual(first)
  })
})

describe('whoever is woken too early, because processors disagree, goes on all the same', () => {
  test.each(Object.entries(PLAYERS))('%s', (_, player) => {
    const usual = playIn({}, player).packetsSent
    for (const ahead of [20e-6, -0.5e-3])
      expect(playIn({ cpus: [{}, { ahead }] }, player).packetsSent).toBeGreaterThanOrEqual(usual / 3)
  })
})
