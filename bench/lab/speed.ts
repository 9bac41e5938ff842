/**
 * What the lab costs: CPU time for 24 simulated hours of one client that asks four servers every 16 s.
 *
 *   node bench/lab/speed.ts [--runs N]
 *
 * Each of those who keep the clock has a process of its own, as `lab forecast` plays one of them.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { median } from '#core/number/quantile.ts'
import { agentPlayer, type PlayerMaker, runLab } from '#lab/run.ts'
import { inlineMore } from '../../src/apps/lab/inline-more.ts'
import { chronyd } from './chronyd.ts'
import { ntpd } from './ntpd.ts'
import { LAN, LAN_LINK, START, serverOver } from './standard.ts'

const DAY = 86_400
const ADDRESSES = [1, 2, 3, 4].map(i => `192.168.123.${i}`)

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, player: { type: 'string' } },
})

const world = { ...LAN, start: START, servers: ADDRESSES.map(address => serverOver(LAN_LINK, address)) }
const POLL = 'minpoll 4 maxpoll 4'
const PLAYERS: Readonly<Record<string, PlayerMaker>> = {
  chronyd: chronyd('makestep 1 3', POLL)(...ADDRESSES),
  ntpd: ntpd('4.2.8p15', { server: POLL })(...ADDRESSES),
  clockwright: agentPlayer({
    ...AGENT_DEFAULTS,
    sources: ADDRESSES.map(address => ({
      ...SOURCE_DEFAULTS,
      name: address,
      address,
      minpoll: 4,
      maxpoll: 4,
    })),
  }),
}

if (values.player !== undefined) measure(values.player)
else
  for (const name of Object.keys(PLAYERS)) {
    const args = [import.meta.filename, '--runs', values.runs, '--player', name]
    spawnSync(process.execPath, args, { stdio: 'inherit' })
  }

function measure(name: string): void {
  const player = PLAYERS[name]
  if (!player) throw new Error(`no player ${name}: ${Object.keys(PLAYERS).join(', ')}`)
  inlineMore()
  const costs: number[] = []
  let packets = 0
  for (let seed = 1; seed <= Number(values.runs); seed++) {
    const before = process.cpuUsage()
    packets = runLab({ world, seed, duration: DAY, player }).packetsSent
    const { user, system } = process.cpuUsage(before)
    costs.push((user + system) / 1000)
  }
  const warm = costs.slice(Math.floor(costs.length / 4))
  console.log(
    `${name}: ${packets} requests, CPU cold ${costs[0]!.toFixed(0)} ms, warm ${median(warm).toFixed(0)} ms (median of ${warm.length}), least ${Math.min(...warm).toFixed(0)} ms`,
  )
}
