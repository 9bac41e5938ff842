/** What no single key of a scenario shows: keys that need or exclude each other, names that lead nowhere, times out of order. */
import { configuredPlayer } from '../players/configured.ts'
import { nameOfPlayer } from './player-name.ts'
import type { Scenario, ScenarioEvent } from './schema.ts'

export interface ScenarioProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

export function checkTogether(scenario: Scenario): ScenarioProblem[] {
  return [
    ...serverProblems(scenario),
    ...eventProblems(scenario),
    ...playerProblems(scenario),
    ...judgedProblems(scenario),
  ]
}

function serverProblems({ server }: Scenario): ScenarioProblem[] {
  return server.flatMap(({ address }, i) =>
    server.findIndex(other => other.address === address) === i
      ? []
      : [{ path: ['server', i, 'address'], message: `there are two servers ${address}` }],
  )
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
      ...(overlaps(event) ? problem('every', 'is shorter than what it repeats') : []),
      ...(event.kind === 'leap-second' && events.findIndex(({ kind }) => kind === event.kind) !== i
        ? problem('kind', 'there can be one leap second only')
        : []),
    ]
  })
}

function overlaps(event: ScenarioEvent): boolean {
  if (!('every' in event) || event.every === undefined) return false
  const length =
    event.kind === 'pause' ? event.length : 'until' in event ? (event.until ?? Infinity) - event.at : 0
  return event.every <= length
}

function playerProblems({ player }: Scenario): ScenarioProblem[] {
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
    if (options !== undefined && daemon.startsWith('chrony')) return problem('options', 'are for ntpd only')
    if (config === undefined) return []
    const notes =
      configuredPlayer({ name: names[i]!, daemon, options: options ?? '', text: config })?.notes ?? []
    return notes.map(note => ({ path: ['player', i, 'config'], message: note }))
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
