/** The simulated world, held to the same contract as the real one. Time passes when somebody waits, and not otherwise. */

import { watchOnly } from '#worlds/overlay.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'
import { Simulation } from '#worlds/simulated/world.ts'
import { START } from '../rehearsal/watch.ts'
import { describeWorld, type WorldOnTrial } from './world.contract.ts'

const ECHO = { address: '192.0.2.7', port: 7 }

describeWorld('simulated', () => simulated())
describeWorld('simulated, through the overlay', () => {
  const trial = simulated()
  return { ...trial, world: watchOnly(trial.world) }
})

function simulated(): WorldOnTrial {
  const sim = new Simulation({
    seed: 1,
    start: START,
    oscillator: { frequencyError: 20e-6, wander: 1e-9 },
    servers: [],
    peers: [
      {
        address: ECHO.address,
        link: symmetricLink(1e-3, 1e-4),
        processing: 1e-5,
        answer: request => request,
      },
    ],
  })
  return {
    world: sim.world,
    echo: ECHO,
    ask: async (port, bytes) => sim.ask(port, bytes, { address: '192.0.2.9', port: 40_000 }),
    async run(until) {
      if (typeof until === 'number') return sim.run(sim.now + until)
      const end = sim.now + 10
      while (!until()) {
        if (sim.now > end) throw new Error('it did not happen within 10 s')
        sim.run(sim.now + 1e-4)
      }
    },
  }
}
