/** A scenario as a file that says the same when it is read: what stands at its default is left out. */
import { type Scenario, usualEvent, usualStory } from './schema.ts'

export function printScenario(scenario: Scenario): string {
  const usual = usualStory()
  const {
    title,
    about,
    duration,
    phase,
    guest,
    cpu = [],
    hypervisor,
    server,
    event,
    player,
    judged,
  } = scenario
  const tables = [
    entries({ title, about, duration, ...(phase > 0 ? { phase } : {}) }),
    tableOf('[guest]', withoutDefaults(guest, usual.guest)),
    ...cpu.map(each => tableOf('[[cpu]]', withoutDefaults(each, { gains: 0 }))),
    ...(hypervisor ? [tableOf('[hypervisor]', withoutDefaults(hypervisor, NO_HOST_ERROR))] : []),
    ...server.map(each => tableOf('[[server]]', withoutDefaults(each, usual.server[0]!, ['address']))),
    ...event.map(each => tableOf('[[event]]', withoutDefaults(each, usualEvent(each.kind)))),
    ...player.map(each => tableOf('[[player]]', each)),
    tableOf('[judged]', withoutDefaults(judged, usual.judged)),
  ]
  return `${tables.filter(text => text !== '').join('\n\n')}\n`
}

const NO_HOST_ERROR = { offset: 0, drift: 0, counter: 0 }

function withoutDefaults(table: object, defaults: object, always: readonly string[] = []): object {
  const usually = defaults as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(table).filter(([key, value]) => always.includes(key) || value !== usually[key]),
  )
}

function tableOf(header: string, table: object): string {
  const text = entries(table)
  return text === '' ? '' : `${header}\n${text}`
}

const entries = (table: object): string =>
  Object.entries(table)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${toml(value)}`)
    .join('\n')

const toml = (value: unknown): string =>
  typeof value === 'number'
    ? number(value)
    : typeof value === 'string'
      ? JSON.stringify(value)
      : Array.isArray(value)
        ? `[${value.map(toml).join(', ')}]`
        : String(value)

/** Twelve digits are a picosecond in a second. TOML has no exponent without a digit before it, and JavaScript writes none so. */
const number = (value: number): string => String(Number(value.toPrecision(12)))
