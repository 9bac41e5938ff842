/**
 * Clockwright as a node of clknetsim: the agent of `clockwright run`, with the simulator as its world. It steers.
 * Started by `agent`, which hands over the connected socket as descriptor 3.
 *
 * Environment: CLKNETSIM_NODE, CLKNETSIM_START_DATE and CLKNETSIM_RANDOM_SEED as for every node;
 * CLOCKWRIGHT_SCORE names a file for lines of JSON: how often the promised bound was wrong, and the status now and then
 * (every CLOCKWRIGHT_STATUS_EVERY seconds); CLOCKWRIGHT_TRACE one for the agent's records.
 */
import { closeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { agentConfigOf, sourceOf } from '#apps/daemon/config/effective.ts'
import { loadConfig } from '#apps/daemon/config/load.ts'
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS } from '#core/agent/config.ts'
import { descriptorWire } from '#worlds/clknetsim/protocol.ts'
import { ClknetsimWorld } from '#worlds/clknetsim/world.ts'
import { drive } from '#worlds/drive.ts'
import { Lines } from './lines.ts'
import { Scorer } from './score.ts'

const SOCKET = 3
/** 2010-01-01, as clknetsim has it. */
const START_DATE = 1_262_304_000

const { values } = parseArgs({ options: { config: { type: 'string', short: 'f' } } })
if (values.config === undefined) throw new Error('say which configuration: --config FILE')
const { config } = loadConfig(values.config)
const { env } = process

const trace = env.CLOCKWRIGHT_TRACE ? new Lines(env.CLOCKWRIGHT_TRACE) : undefined
const place = new ClknetsimWorld({
  wire: descriptorWire(SOCKET, () => closeSync(SOCKET)),
  node: Number(env.CLKNETSIM_NODE),
  startDate: Number(env.CLKNETSIM_START_DATE ?? START_DATE),
  seed: Number(env.CLKNETSIM_RANDOM_SEED ?? 1),
  ...(trace ? { record: record => trace.write(record) } : {}),
  look: (times, now) => scorer?.look(times, now),
})
const orders = { ...AGENT_DEFAULTS, ...agentConfigOf(config, config.source.map(sourceOf)) }
const agent = new Agent(orders, place.world.random)
const scorer = env.CLOCKWRIGHT_SCORE
  ? new Scorer(agent, {
      lines: new Lines(env.CLOCKWRIGHT_SCORE),
      statusEvery: Number(env.CLOCKWRIGHT_STATUS_EVERY ?? 64),
    })
  : undefined
drive(place.world, scorer?.watched ?? agent)
place.run()
scorer?.finish(place)
trace?.close()
