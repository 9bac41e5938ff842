/**
 * Field report 002: the offset oscillates more and more until ntpd sets the clock, and begins anew. Real daemons in clknetsim, with
 * a temperature cycle of two hours that grows to 150 … 180 ppm: ntpd 107 to 139 ms RMS in two days, 350 to 440 ms at most, 8 to 36
 * steps; chrony 1.2 ms RMS, 15 ms at most, no step.
 */
import { expect, test } from 'vitest'
import { readChronyConf } from '#dialects/chrony/conf.ts'
import { CHRONY_DEFAULTS } from '#dialects/chrony/settings.ts'
import { Chronyd } from '#lab/models/chronyd/chronyd.ts'
import { Ntpd } from '#lab/models/ntpd/ntpd.ts'
import { SERVER, START } from '#lab/models/test-world.ts'
import { daemonPlayer, type PlayerMaker, runLab } from '#lab/run.ts'
import { rootMeanSquare } from '#lab/score.ts'
import { symmetricLink } from '#worlds/simulated/link.ts'

const DAYS = 2 * 86_400
const oscillator = { frequencyError: 10e-6, temperature: { amplitude: 180e-6, period: 7000, grows: 30_000 } }
const servers = [{ address: SERVER, link: symmetricLink(100e-6, 20e-6), processing: 0 }]

const play = (player: PlayerMaker) =>
  runLab({ world: { start: START, servers, oscillator }, seed: 1, duration: DAYS, player })

test('ntpd is led away by a clock that swings wider and wider, and steps each time', () => {
  const run = play(
    daemonPlayer(
      ({ random, recording }) =>
        new Ntpd({
          config: `server ${SERVER} iburst`,
          version: '4.2.8p6',
          options: ['-g'],
          random,
          recording,
        }),
    ),
  )
  expect(rootMeanSquare(run, 3600, DAYS) * 1e3).toBeGreaterThan(90)
  expect(rootMeanSquare(run, 3600, DAYS) * 1e3).toBeLessThan(160)
  expect(run.steps.length).toBeGreaterThanOrEqual(8)
  expect(run.steps.length).toBeLessThanOrEqual(36)
})

test('chronyd follows it', () => {
  const { said, sources } = readChronyConf(`server ${SERVER} iburst\nmakestep 1 3`, 'chrony.conf')
  const settings = { ...CHRONY_DEFAULTS, ...said }
  const run = play(
    daemonPlayer(({ random, recording }) => new Chronyd({ settings, sources, recording }, random)),
  )
  expect(rootMeanSquare(run, 3600, DAYS) * 1e3).toBeLessThan(2)
  expect(run.steps).toEqual([])
})
