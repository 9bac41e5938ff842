/** clock-went-back: a loop of `date` shows a time that is earlier than the line before, and goes on from there. */
import { signed } from '#core/time/format.ts'
import { amount } from '../amount.ts'
import { stepAfterJumps } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'
import { goingBack, neighbours, zoneOf } from './date-loop.ts'

export const dateWentBack: Rule = ({ log, keeper }) => {
  const readings = log.timeless.filter(({ what, source }) => what === 'clock-read' && source === undefined)
  const back = neighbours(readings)
    .map(goingBack)
    .flatMap(run => (run.odd.length > 0 ? [] : run.back))
    .filter(({ reading, before }) => zoneOf(reading) === zoneOf(before))
  const [worst] = back.toSorted((a, b) => b.by - a.by)
  if (!worst) return []
  return [
    {
      name: 'clock-went-back',
      severity: 'warning',
      from: undefined,
      to: undefined,
      what:
        back.length === 1
          ? `The clock went back by ${amount(worst.by)} from one reading to the next, and went on from there: it was set.`
          : `The clock went back ${back.length} times from one reading to the next, by up to ${amount(worst.by)}: it was set.`,
      measures: { size: -worst.by, count: back.length },
      evidence: back
        .slice(0, 4)
        .flatMap(({ reading, before, by }) => [
          evidenceOf(before),
          { ...evidenceOf(reading), text: `${reading.text}  ${signed(-by)} from where it would be` },
        ]),
      cost: 'Between the two readings of one time the order of events is lost; programs that measure with the wall clock see negative times.',
      causes: [
        { what: 'a time daemon set back a clock that had been ahead', why: 'its log says so' },
        { what: 'a second program, or a person, set the clock', why: 'if no daemon did' },
      ],
      remedy: stepAfterJumps(keeper),
      confirm: 'The logs of the time daemon at that moment.',
    },
  ]
}
