/** What a forecast says: one sentence with the figures, a table of what could be changed, and the best of it. */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { LEAST_RUNS } from '#lab/forecast/better.ts'
import {
  BEGUN_WRONG,
  type ChangedProspect,
  CORRECTED_WITHIN,
  isKept,
  type Prospect,
  type Question,
} from '#lab/forecast/forecast.ts'
import { NETWORKS, type Network } from '#lab/forecast/network.ts'
import type { Style } from '../style.ts'
import { printable, table, wrapped } from '../table.ts'
import { plural } from '../words/say.ts'
import { arrivalText, timeText } from './words.ts'

/** Somebody did not wait for the end. */
export interface Interrupted {
  /** So many runs. */
  readonly after: number
  readonly of: number
}

export interface Forecast extends Question {
  readonly model: string
  readonly config: string | undefined
  readonly now: Prospect
  readonly changes: readonly ChangedProspect[]
  /** Whether any change of what is there was played, also one that came to nothing. */
  readonly editsTried: boolean
  readonly assumed: readonly string[]
  readonly interrupted?: Interrupted | undefined
}

export function forecastText(forecast: Forecast, style: Style, columns: number): string {
  const { model, config, now, changes, editsTried, pause, uptime, networks, assumed } = forecast
  const kept = printable(config === undefined ? model : `${model} with ${config}`)
  const conditions = `${plural(now.runs, 'run')}: ${placesText(networks)}, running for ${duration(uptime)} before, the pause at any phase of the polls. ${printable(assumed.join(' '))}`
  const edit = changes.find(({ kind, best }) => best && kind === 'edit')
  const daemon = changes.find(({ kind, best }) => best && kind === 'daemon')
  const tooFew = now.runs < LEAST_RUNS && changes.some(({ better }) => !better)
  const verdicts = [
    edit
      ? `Best change of what is there: ${told(edit)}${beside(edit, changes)}`
      : editsTried
        ? 'No change of what is there that was tried was better by more than chance.'
        : forecast.interrupted
          ? 'No change of what is there was played yet.'
          : 'No change of what is there was tried: none is known that could help.',
    ...(daemon ? [`Another daemon: ${told(daemon)}`] : []),
    ...(tooFew
      ? [
          `${plural(now.runs, 'run')} cannot tell what is better from what is chance: --seeds ${LEAST_RUNS} or more.`,
        ]
      : []),
  ]
  const { interrupted } = forecast
  const rows = [{ name: 'as it is', how: '', ...now }, ...changes]
  return [
    ...(interrupted
      ? wrapped(
          `Interrupted after ${interrupted.after} of ${interrupted.of} runs. This is what they tell; changes that are not listed were not played.`,
          columns,
          '',
        ).map(line => style('yellow', line))
      : []),
    ...wrapped(
      isKept(now)
        ? `A pause of ${duration(pause)} leaves the clock ${outcome(now)}, kept by ${kept}.`
        : `Pause or not, the clock is not kept by ${kept}: ${unkept(now, uptime)}.`,
      columns,
      '',
    ).map(line => style('bold', line)),
    ...wrapped(conditions.trim(), columns, '').map(line => style('dim', line)),
    '',
    table(
      rows,
      [
        { title: 'change', text: ({ name }) => name },
        {
          title: 'to < 10 ms',
          align: 'right',
          text: ({ timeTo10ms, runs }) => arrivalText(timeTo10ms, runs),
          emphasis: ({ timeTo10ms }) => (timeTo10ms.never > 0 ? 'red' : undefined),
        },
        { title: 'worst', align: 'right', text: ({ worst }) => duration(worst) },
        {
          title: 'exits',
          align: 'right',
          text: ({ exits, runs }) => (exits === 0 ? 'no' : exits === runs ? 'yes' : `${exits} of ${runs}`),
          emphasis: ({ exits }) => (exits > 0 ? 'red' : undefined),
        },
      ],
      style,
    ),
    '',
    ...verdicts.flatMap(verdict => wrapped(verdict, columns, '')),
  ]
    .map(line => (line.endsWith('\n') ? line : `${line}\n`))
    .join('')
}

const PLACES = { lan: 'on a LAN', internet: 'on the internet' } as const

const placesText = (networks: readonly Network[]): string =>
  NETWORKS.flatMap(place => {
    const there = networks.filter(network => network === place).length
    return there === 0 ? [] : [`${plural(there, 'server')} ${PLACES[place]}`]
  }).join(' and ')

const told = ({ name, how, timeTo10ms, runs }: ChangedProspect): string =>
  `${name}, ${arrivalText(timeTo10ms, runs)}. To do: ${how}.`

/** What was ahead of it in the list, and whether that is better by all that can be told. */
function beside(edit: ChangedProspect, changes: readonly ChangedProspect[]): string {
  const ahead = changes.slice(0, changes.indexOf(edit)).filter(({ kind }) => kind === 'edit')
  if (ahead.length === 0) return ''
  const [more] = ahead.filter(({ beyondBest }) => beyondBest)
  return more
    ? ` More is gained only with ${more.name}: ${arrivalText(more.timeTo10ms, more.runs)}.`
    : ' What was tried beyond that is no better by more than chance.'
}

const unkept = ({ corrects, before }: Prospect, uptime: Seconds): string =>
  corrects
    ? `${duration(uptime)} after the start and before any pause it is wrong by ${duration(before)}`
    : `one that begins ${duration(BEGUN_WRONG)} wrong is not put right in ${duration(CORRECTED_WITHIN)}`

function outcome({ timeTo10ms, runs, exits, unhurt }: Prospect): string {
  const { median, p10, p90, never } = timeTo10ms
  if (exits === runs) return 'wrong for good: the daemon ends'
  if (never === runs) return 'wrong by more than 10 ms for more than a day'
  if (unhurt === runs) return 'never wrong by more than 10 ms'
  if (median === 0) {
    const long =
      never > 0
        ? `, in ${never} of them for more than a day`
        : p90 > 0
          ? `, in one of ten for ${timeText(p90)} or longer`
          : ''
    return `wrong by more than 10 ms in ${runs - unhurt} of ${runs} runs${long}`
  }
  if (median === Number.POSITIVE_INFINITY)
    return `wrong by more than 10 ms, in ${never} of ${runs} runs for more than a day`
  const most = p90 === Number.POSITIVE_INFINITY ? 'more than a day' : timeText(p90)
  return `wrong by more than 10 ms for ${timeText(median)} (one run in ten is done in ${timeText(p10)}, one takes ${most} or longer)`
}
