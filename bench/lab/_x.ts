import { Agent } from '#core/agent/agent.ts'
import { AGENT_DEFAULTS, SOURCE_DEFAULTS } from '#core/agent/config.ts'
import { since } from '#core/time/instant.ts'
import { drive } from '#worlds/drive.ts'
import { watchOnly } from '#worlds/overlay.ts'
import { gapOf } from '#worlds/simulated/hypervisor/life-event.ts'
import { Simulation } from '#worlds/simulated/world.ts'
import { makeStory, STORIES } from './honest/stories.ts'
import { START } from './standard.ts'

const [, , name, seedText, span = '20'] = process.argv
const seed = Number(seedText)
const story = makeStory(STORIES.get(name!)!, seed)
const { world } = story
console.log(JSON.stringify(world.hypervisor), world.servers.length, world.servers[0]!.link.up)
const sim = new Simulation({ start: START, ...world, seed })
const agent = new Agent(
  {
    ...AGENT_DEFAULTS,
    sources: world.servers.map(({ address }) => ({
      ...SOURCE_DEFAULTS,
      name: address,
      address,
      ...story.sources,
    })),
  },
  sim.world.random,
)
const end = gapOf(world.hypervisor!.events![0]!).to
const from = gapOf(world.hypervisor!.events![0]!).from
drive(watchOnly(sim.world), agent, (event, actions) => {
  if (sim.now < from - 1 || sim.now > end + Number(span)) return
  const now = sim.world.clock.read()
  const { offset, errorBound } = agent.status(now)
  const truth = since(sim.truth, now.wall)
  console.log(
    sim.now.toFixed(4),
    event.kind,
    event.kind === 'disrupted'
      ? JSON.stringify(event.sign, (_, v) => (typeof v === 'bigint' ? Number(v) / 1e9 : v))
      : '',
    'truth',
    truth.toExponential(3),
    'says',
    offset?.toExponential(3),
    '+-',
    errorBound?.toExponential(2),
    Math.abs((offset ?? 0) - truth) > (errorBound ?? 1e99) ? '<<<<' : '',
    actions
      .flatMap(a =>
        a.kind === 'record'
          ? [
              a.record.kind +
                ((a.record as any).name ?? (a.record as any).what ?? '') +
                ' ' +
                ((a.record as any).lost ?? (a.record as any).text ?? ''),
            ]
          : a.kind === 'steer'
            ? ['steer']
            : a.kind === 'send'
              ? ['send']
              : [],
      )
      .join('; '),
  )
})
sim.run(end + Number(span))
