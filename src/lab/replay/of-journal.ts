/**
 * What the journal of our own agent shows of its guest. A sample tells true time by the counter alone, whatever was done to the
 * clock meanwhile: D = wall + offset − counter. The slope of D is the frequency error (with a minus), its jumps are pauses.
 */

import { median } from '#core/number/quantile.ts'
import { sum } from '#core/number/sum.ts'
import { since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { DisruptionRecord, SampleRecord, StepRecord } from '#core/trace/record.ts'
import { byHour, type Reconstructed, storyOfObserved } from './story.ts'
import type { Recorded } from './trace-of-journal.ts'

interface Point {
  /** By the counter, from the start. */
  readonly at: Seconds
  /** True time minus counter, from the start. */
  readonly ahead: Seconds
  readonly sample: SampleRecord
}

const LEAST_LENGTH: Seconds = 1e-3

/** Undefined when there are too few samples to tell a rate. */
export function storyOfJournal(recorded: Recorded): Reconstructed | undefined {
  const { first, last, records, requests, replies } = recorded
  const samples = records.filter(record => record.kind === 'sample')
  if (samples.length < 3) return undefined
  const points = samples.map((sample): Point => {
    const at = since(sample.at.monotonic, first.monotonic)
    return { at, ahead: since(sample.at.wall, first.wall) + sample.offset - at, sample }
  })
  const pauses = records.filter(record => record.kind === 'disruption').flatMap(pauseFrom(recorded))
  const lostBy = (at: Seconds) => sum(pauses.filter(pause => pause.at <= at).map(({ length }) => length))
  const level = points.map(point => ({ ...point, ahead: point.ahead - lostBy(point.at) }))
  const slope = slopeOf(level)
  const length = since(last.monotonic, first.monotonic)
  const steps = records.filter(record => record.kind === 'step')
  const offsets = samples.map(({ offset }) => offset)
  return storyOfObserved({
    about: 'A story made from the journal of an agent: its oscillator, its paths, and what happened to it.',
    length: length + lostBy(length),
    ahead: -level[0]!.ahead,
    frequencyError: -slope,
    rates: hourlyRates(level),
    exchanges: level.map(({ at, ahead, sample }) => ({
      address: sample.address,
      delay: sample.delay,
      stratum: sample.stratum,
      off: ahead - slope * at,
    })),
    answered: requests === 0 ? 1 : Math.min(1, replies / requests),
    // In true time, which ran on through earlier pauses.
    pauses: pauses.map(pause => ({ ...pause, at: pause.at + lostBy(pause.at) - pause.length })),
    steps: steps.filter(bySomebody).map(({ at, size }) => {
      const counter = since(at.monotonic, first.monotonic)
      return { at: counter + lostBy(counter), by: size }
    }),
    seen: {
      samples: samples.length,
      worst: Math.max(...offsets.map(Math.abs)),
      rms: Math.sqrt(sum(offsets.map(offset => offset ** 2)) / offsets.length),
    },
  })
}

const bySomebody = ({ by }: StepRecord): boolean => by === 'somebody-else'

/** What the sources found afterwards is better than what the witness said. */
const pauseFrom =
  ({ first, records }: Recorded) =>
  (disruption: DisruptionRecord): { at: Seconds; length: Seconds; noticed: Seconds | undefined }[] => {
    if (disruption.amends !== undefined) return []
    const noticedAt = since(disruption.at.monotonic, first.monotonic)
    const recovered = records.find(
      record => record.kind === 'recovered' && record.at.monotonic >= disruption.at.monotonic,
    )
    const found = recovered?.kind === 'recovered' ? recovered.lost : undefined
    const length = found ?? disruption.lost
    if (length === undefined || length < LEAST_LENGTH) return []
    const bySources = disruption.what === 'sources-jumped'
    const before = disruption.within ?? (bySources ? sinceLastSample(disruption, records) : 0)
    return [
      { at: Math.max(0, noticedAt - before), length, noticed: bySources ? undefined : Math.min(before, 1) },
    ]
  }

/** Sources can only say that it was after they had last agreed: half of that is the fairest guess. */
function sinceLastSample(disruption: DisruptionRecord, records: Recorded['records']): Seconds {
  const before = records.findLast(
    record => record.kind === 'sample' && record.at.monotonic < disruption.at.monotonic,
  )
  return before ? since(disruption.at.monotonic, before.at.monotonic) / 2 : 0
}

/** The middle of all slopes between points that lie far from each other (Theil and Sen): a few wrong ones change nothing. */
function slopeOf(points: readonly Point[]): number {
  const half = Math.floor(points.length / 2)
  const slopes = points.slice(0, points.length - half).flatMap((point, i) => {
    const other = points[i + half]!
    return other.at > point.at ? [(other.ahead - point.ahead) / (other.at - point.at)] : []
  })
  return slopes.length === 0 ? 0 : median(slopes)
}

function hourlyRates(points: readonly Point[]) {
  const means = byHour(points).map(inside => ({
    at: median(inside.map(({ at }) => at)),
    ahead: median(inside.map(({ ahead }) => ahead)),
  }))
  return means.slice(1).map(({ at, ahead }, i) => ({
    at,
    rate: -(ahead - means[i]!.ahead) / (at - means[i]!.at),
  }))
}
