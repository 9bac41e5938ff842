/** The standard client of the real runs that the lab is measured against: one good server on a LAN, a clock 20 ppm off. */
import { instant } from '#core/time/instant.ts'
import type { PlayerMaker } from '#lab/run.ts'
import { type LinkConfig, symmetricLink } from '#worlds/simulated/link.ts'
import type { ServerConfig } from '#worlds/simulated/server.ts'

/** Players by the names of their configurations in the real runs; each asks the servers at these addresses. */
export type PlayersByConfiguration = ReadonlyMap<string, (...addresses: readonly string[]) => PlayerMaker>

/** 2026-12-01, a midnight. */
export const START = instant(1_796_083_200_000_000_000n)
export const ADDRESS = '192.168.123.1'

/** As chronyd serves the simulator's own time: it answers in no time at all. */
export const serverOver = (link: LinkConfig, address = ADDRESS): ServerConfig => ({
  address,
  link,
  processing: 0,
})

export const LAN_LINK = symmetricLink(100e-6, 20e-6)
export const LAN = {
  oscillator: { frequencyError: 20e-6, wander: 1e-9 },
  clock: { offset: -0.05 },
  servers: [serverOver(LAN_LINK)],
}
