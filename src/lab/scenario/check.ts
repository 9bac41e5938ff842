/** What no single key of a scenario shows: keys that need or exclude each other, names that lead nowhere, times out of order. */
import type { Seconds } from '#core/time/units.ts'
import { FAMILIES, type Family } from '#worlds/simulated/hypervisor/family.ts'
import { TOOLS, type Tools } from '#worlds/simulated/hypervisor/tools.ts'
import { configuredPlayer } from '../players/configured.ts'
import { daemonKind, whyNotWith } from '../players/daemon-name.ts'
import { namesNobody } from '../players/player.ts'
import { isStopping, repeated, type Stopping, stopOf, timesOf } from './events.ts'
import { nameOfPlayer } from './player-name.ts'
import { type Scenario, type ScenarioEvent, usualEvent } from './schema.ts'

export interface ScenarioProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

export function checkTogether(scenario: Scenario): ScenarioProblem[] {
  return [
    ...guestProblems(scenario),
    ...serverProblems(scenario),
    ...eventProblems(scenario),
    ...stoppingProblems(scenario),
    ...playerProblems(scenario),
    ...judgedProblems(scenario),
  ]
}

function guestProblems({ guest, cpu, judged, hypervisor }: Scenario): ScenarioProblem[] {
  const needs = (has: unknown, key: string, wants: unknown, other: string): ScenarioProblem[] =>
    has !== undefined && has !== 0 && wants === undefined
      ? [{ path: ['guest', key], message: `needs \`${other}\`` }]
      : []
  return [
    ...needs(guest.lostticks, 'lostticks', guest.ticks, 'ticks'),
    ...needs(guest.ticksgivenback, 'ticksgivenback', guest.ticks, 'ticks'),
    ...needs(guest.jump, 'jump', guest.jumpevery, 'jumpevery'),
    ...needs(guest.jumpevery, 'jumpevery', guest.jump, 'jump'),
    ...(guest.temperaturegrows !== undefined && guest.temperature === 0
      ? [{ path: ['guest', 'temperaturegrows'], message: 'needs `temperature`' }]
      : []),
    ...toolsProblems(hypervisor),
    ...(judged.clock === 'date' && cpu === undefined
      ? [{ path: ['judged', 'clock'], message: 'needs [[cpu]]: without them all see the same clock' }]
      : []),
  ]
}

function toolsProblems(hypervisor: Scenario['hypervisor']): ScenarioProblem[] {
  if (hypervisor?.tools === undefined) return []
  const { families }: Tools = TOOLS[hypervisor.tools]
  if (families.includes(hypervisor.family)) return []
  const possible = families.map(family => `"${family}"`).join(', ')
  return [
    {
      path: ['hypervisor', 'tools'],
      message: `is impossible with ${hypervisor.family}; it needs ${possible}`,
    },
  ]
}

function serverProblems({ server: servers }: Scenario): ScenarioProblem[] {
  const all = servers.flatMap(({ address, alsofrom = [] }) => [address, ...alsofrom])
  const isTwice = (address: string) => all.indexOf(address) !== all.lastIndexOf(address)
  return servers.flatMap(({ address, multicast, alsofrom = [] }, i) => [
    ...(servers.findIndex(other => other.address === address) === i
      ? []
      : [{ path: ['server', i, 'address'], message: `there are two servers ${address}` }]),
    ...(alsofrom.length > 0 && multicast === undefined
      ? [{ path: ['server', i, 'alsofrom'], message: 'needs `multicast`' }]
      : []),
    ...alsofrom
      .filter(isTwice)
      .map(other => ({ path: ['server', i, 'alsofrom'], message: `${other} stands in two places` })),
  ])
}

function eventProblems({ event: events, server, duration }: Scenario): ScenarioProblem[] {
  const known = server.map(({ address }) => address)
  return events.flatMap((event, i) => {
    const problem = (key: string, message: string) => [{ path: ['event', i, key], message }]
    return [
      ...(event.at >= duration ? problem('at', 'is after the end of the story') : []),
      ...('until' in event && event.until !== undefined && event.until <= event.at
        ? problem('until', 'is not after `at`')
        : []),
      ...('server' in event && event.server !== undefined && !known.includes(event.server)
        ? problem(
            'server',
            `there is no [[server]] with the address ${event.server}; known are: ${known.join(', ')}`,
          )
        : []),
      ...('times' in event && event.times !== undefined && event.every === undefined
        ? problem('times', 'needs `every`')
        : []),
      ...(event.kind === 'load' && event.steal === 1
        ? problem('steal', 'must be below 1: a guest that never runs is paused')
        : []),
      ...(overlaps(event) ? problem('every', 'is shorter than what it repeats') : []),
      ...(event.kind === 'leap-second' && events.findIndex(({ kind }) => kind === event.kind) !== i
        ? problem('kind', 'there can be one leap second only')
        : []),
    ]
  })
}

function overlaps(event: ScenarioEvent): boolean {
  if (!('every' in event) || event.every === undefined) return false
  const end = isStopping(event) ? stopOf(event).to : 'until' in event ? (event.until ?? Infinity) : event.at
  return event.every <= end - event.at
}

/** What stops the guest, and when: one after the other, and only what its hypervisor can do. */
function stoppingProblems(scenario: Scenario): ScenarioProblem[] {
  const { event: events, hypervisor, guest, duration } = scenario
  const problem = (i: number, key: string, message: string) => [{ path: ['event', i, key], message }]
  const tooOften = events.findIndex(event => timesOf(event, duration) > MOST_TIMES)
  if (tooOften >= 0) return problem(tooOften, 'every', `comes more than ${MOST_TIMES} times`)
  return [
    ...events.flatMap((event, i) => {
      if (event.kind === 'host-step' && !hypervisor) return problem(i, 'kind', NEEDS_HYPERVISOR)
      if (event.kind === 'load' && event.lostticks !== undefined && guest.ticks === undefined)
        return problem(i, 'lostticks', 'needs `ticks` in [guest]')
      if (!isStopping(event)) return []
      const { from, to } = stopOf(event)
      if (event.kind === 'revert' && to <= from) return problem(i, 'snapshot', 'is not before `at`')
      if (event.at < duration && to >= duration)
        return problem(
          i,
          event.kind === 'migrate' ? 'downtime' : 'length',
          'lasts beyond the end of the story',
        )
      return impossible(event, hypervisor).flatMap(({ key, message }) => problem(i, key, message))
    }),
    ...Array.from(meetings(scenario)).flatMap(([i, kind]) =>
      problem(i, 'at', `comes while the guest is stopped by a \`${kind}\``),
    ),
  ]
}

function impossible(
  event: Stopping,
  hypervisor: Scenario['hypervisor'],
): { readonly key: string; readonly message: string }[] {
  if (!hypervisor) return event.kind === 'pause' ? [] : [{ key: 'kind', message: NEEDS_HYPERVISOR }]
  const said = event.kind === 'pause' ? saidOfPause(event) : undefined
  if (said) return [{ key: said, message: 'cannot stand beside [hypervisor]: its family says what is seen' }]
  const { does }: Family = FAMILIES[hypervisor.family]
  if (does[event.kind] !== 'impossible') return []
  const possible = Object.entries(does).flatMap(([verb, standing]) =>
    standing === 'impossible' ? [] : [`"${verb}"`],
  )
  const message = `is impossible with ${hypervisor.family}; possible are: ${possible.join(', ')}`
  return [{ key: 'kind', message }]
}

/** Which events come while another one still stops the guest. */
function meetings({ event: events, duration }: Scenario): Map<number, string> {
  const stops = events
    .flatMap((event, i) => repeated(event, duration).map(each => ({ each, i })))
    .flatMap(({ each, i }) => (isStopping(each) ? [{ ...stopOf(each), kind: each.kind, i }] : []))
    .sort((a, b) => a.from - b.from)
  return new Map(
    stops.flatMap((stop, n) => {
      const before = stops[n - 1]
      return before && stop.from < before.to && before.i !== stop.i ? [[stop.i, before.kind] as const] : []
    }),
  )
}

const MOST_TIMES = 100_000
const NEEDS_HYPERVISOR = 'needs a [hypervisor]: its family says what becomes of the clocks'

const saidOfPause = ({ noticed, uncertainty, frequencychange }: Extract<ScenarioEvent, { kind: 'pause' }>) =>
  noticed !== undefined
    ? 'noticed'
    : frequencychange !== 0
      ? 'frequencychange'
      : uncertainty !== USUAL_UNCERTAINTY
        ? 'uncertainty'
        : undefined
const { uncertainty: USUAL_UNCERTAINTY } = usualEvent('pause') as { uncertainty: Seconds }

function playerProblems({ player, hypervisor, server }: Scenario): ScenarioProblem[] {
  const names = player.map(nameOfPlayer)
  return player.flatMap((each, i) => {
    const problem = (key: string, message: string) => [{ path: ['player', i, key], message }]
    if (names.indexOf(names[i]!) !== i)
      return problem(
        each.name === undefined ? (each.use === undefined ? 'daemon' : 'use') : 'name',
        `there are two players \`${names[i]}\`; give one of them another \`name\``,
      )
    const { use, daemon, config, file, options } = each
    if (use !== undefined) {
      const beside = (['daemon', 'options', 'config', 'file'] as const).find(key => each[key] !== undefined)
      return beside === undefined ? [] : problem(beside, 'cannot stand beside `use`')
    }
    if (daemon === undefined)
      return [{ path: ['player', i], message: 'a [[player]] needs `use` or `daemon`' }]
    if (config === undefined && file === undefined)
      return [{ path: ['player', i, 'daemon'], message: 'needs a configuration: `config` or `file`' }]
    if (config !== undefined && file !== undefined) return problem('file', 'cannot stand beside `config`')
    const idle = options === undefined ? undefined : whyNotWith(daemonKind(daemon)!, options)
    if (idle !== undefined) return problem('options', idle)
    if (config === undefined) return []
    const configured = configuredPlayer({ name: names[i]!, daemon, options, text: config })
    return configured && namesNobody(configured.player, { hypervisor, server })
      ? problem('config', configured.namesNobody)
      : []
  })
}

function judgedProblems({ judged: { after, from = 0, to }, duration }: Scenario): ScenarioProblem[] {
  const problem = (key: string, message: string) => [{ path: ['judged', key], message }]
  return [
    ...(after !== undefined && after >= duration ? problem('after', 'is after the end of the story') : []),
    ...(from >= (to ?? duration) ? problem('from', 'is not before the end of the window') : []),
    ...(to !== undefined && to > duration ? problem('to', 'is after the end of the story') : []),
  ]
}
