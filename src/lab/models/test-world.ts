/** The world in which models of daemons are tried out: one good server on a LAN, a clock 20 ppm fast. */
import { instant } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import type { SimulationConfig } from '#worlds/simulated/world.ts'
import { type PlayerMaker, type Run, runLab } from '../run.ts'

/** 2026-12-01, a midnight. */
export const START = instant(1_796_083_200_000_000_000n)
export const SERVER = '192.0.2.1'

const LAN = {
  start: START,
  servers: [{ address: SERVER, link: symmetricLink(100e-6, 20e-6) }],
  oscillator: { frequencyError: 20e-6, wander: 1e-9 },
}

export const playOn =
  (player: PlayerMaker) =>
  (world: Partial<SimulationConfig>, duration: Seconds, seed = 1): Run =>
    runLab({ world: { ...LAN, ...world }, seed, duration, player, recording: true })
