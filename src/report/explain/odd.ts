/** The sentence that says which of several hosts is the odd one, and why. */
import type { OddOne } from '#diagnosis/odd-one.ts'

const TOLD = 4

export function oddSentence({ name, times, alone }: OddOne): string {
  const reasons: string[] = []
  if (times >= 1.5)
    reasons.push(
      `its offsets are ${times < 100 ? times.toPrecision(2) : '100 and more'} times those of the others`,
    )
  if (alone.length > 0) reasons.push(`only it has ${alone.slice(0, TOLD).join(', ')}`)
  return `${name} is the odd one: ${reasons.join(', and ')}.`
}
