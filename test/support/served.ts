/**
 * A program, and what it is made of: an agent that keeps a clock made of arithmetic, and serves it. The clock of this
 * machine is not touched, so the true offset of what is served is that of its sources: zero, when their clock is
 * this machine's.
 *
 *   node test/support/served.ts '{"sources": ["127.0.0.1:1123"], "server": {…}, "ahead": 0.2, "sign": true}'
 *
 * Each line on standard input is a sign of a disruption, told to the agent; each on standard output a status.
 */
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openServing, type ServerOrders, type Serving } from '#apps/daemon/serving.ts'
import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { NO_LIMITS } from '#core/guest/policy.ts'
import { kernelTime } from '#core/ntp/reply.ts'
import type { Responder } from '#core/ntp/responder.ts'
import { type Instant, instant, nanoseconds } from '#core/time/instant.ts'
import { drive } from '#worlds/drive.ts'
import { openHost } from '#worlds/host/world.ts'
import { watchOnly } from '#worlds/overlay.ts'
import type { World } from '#worlds/world.ts'

export interface ServedConfig {
  /** `address:port`, IPv4. */
  readonly sources: readonly string[]
  readonly server: ServerOrders
}

/** The world of a software clock over this machine, which serves that clock: every time on the wire is translated. */
export function servable(base: World): World {
  const above = watchOnly(base)
  const lead = (): bigint => {
    const real = base.clock.read()
    const { wall, monotonic } = above.clock.read()
    return wall - real.wall - (monotonic - real.monotonic)
  }
  return {
    ...above,
    network: {
      ...above.network,
      listen: (at, responder) => base.network.listen!(at, translated(responder, lead)),
    },
  }
}

function translated(responder: Responder, lead: () => bigint): Responder {
  const up = (seconds: number, ns: number) =>
    kernelTime((BigInt(seconds) * 1_000_000_000n + BigInt(Math.floor(ns)) + lead()) as Instant)
  return {
    arrive: visit => responder.arrive(Object.assign(visit, up(visit.seconds, visit.nanoseconds))),
    leave(bytes, at, seconds, ns) {
      const time = up(seconds, ns)
      responder.leave(bytes, at, time.seconds, time.nanoseconds)
    },
    drop: why => responder.drop(why),
  }
}

export function serve({ sources, server }: ServedConfig) {
  let serving: Serving | undefined
  const host = openHost({ record: record => serving?.hear(record) })
  const world = servable(host)
  const configured = sources.map(text => {
    const [address, port] = text.split(':') as [string, string]
    return { ...SOURCE_DEFAULTS, name: text, address, port: Number(port), minpoll: 1, maxpoll: 3 }
  })
  const agent = new Agent({ ...AGENT_DEFAULTS, policy: NO_LIMITS, sources: configured }, world.random)
  const status = () => agent.status(world.clock.read())
  serving = openServing(server, world, status)
  const { tell } = drive(world, agent)
  return {
    status,
    serving,
    /** The machine stood still for `lost` seconds, somebody says. */
    disrupt(lost: number) {
      const now = world.clock.read()
      const during = { from: instant(now.monotonic - nanoseconds(lost)) as never, to: now.monotonic }
      tell({
        kind: 'disrupted',
        now,
        sign: { kind: 'paused', lost, uncertainty: 0.5, witness: 'rtc', during },
      })
    },
    close() {
      serving.close()
      world.close()
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const served = serve(JSON.parse(process.argv[2]!) as ServedConfig)
  console.log('serving')
  createInterface(process.stdin).on('line', line => {
    if (line.startsWith('disrupt')) served.disrupt(Number(line.split(' ')[1]))
    const { state, offset, errorBound } = served.status()
    console.log(
      JSON.stringify({
        state,
        offset,
        errorBound,
        standing: { ...served.serving.standing, reference: undefined },
        counts: served.serving.counts,
      }),
    )
  })
}
