/** What a guest's clock does by itself beside gaining evenly, in words: whatever of it a story says. */
import { duration } from '#core/time/format.ts'
import { type Scenario, USUAL_WANDER } from '#lab/scenario/schema.ts'

type Guest = Scenario['guest']

const brief = (value: number): number => Number(value.toPrecision(3))

/** Empty of a clock of which nothing is to be said. */
export function oscillatorText(guest: Guest): string {
  const all = [...frequencyWords(guest), ...countWords(guest)]
  if (all.length === 0) return ''
  const last = all.pop()!
  return ` It also ${all.length > 0 ? `${all.join(', ')} and ` : ''}${last}.`
}

function frequencyWords(guest: Guest): string[] {
  const { noise, wander, temperature, temperatureperiod, temperaturegrows, ageing } = guest
  const grows =
    temperaturegrows === undefined ? '' : `, growing from nothing within ${duration(temperaturegrows)}`
  return [
    ...(noise > 0 ? [`is unsteady by ${brief(noise)} ppm`] : []),
    ...(wander > USUAL_WANDER ? [`wanders by ${brief(wander)} ppm in a second`] : []),
    ...(temperature > 0
      ? [`swings by ${brief(temperature)} ppm to either side each ${duration(temperatureperiod)}${grows}`]
      : []),
    ...(ageing === 0 ? [] : [`ages by ${brief(ageing)} ppm a day`]),
  ]
}

function countWords({ ticks, lostticks, ticksgivenback, jump, jumpevery }: Guest): string[] {
  const lost = lostticks > 0 ? `, of which ${brief(lostticks * 100)} % are lost` : ''
  const back = ticksgivenback > 0 ? ` and given back ${brief(ticksgivenback)} times` : ''
  return [
    ...(ticks === undefined ? [] : [`counts ${ticks} ticks in a second${lost}${back}`]),
    ...(jump === undefined || jumpevery === undefined
      ? []
      : [`jumps forward by ${duration(jump)} each ${duration(jumpevery)}`]),
  ]
}
