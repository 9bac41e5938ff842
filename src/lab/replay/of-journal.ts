/**
 * What the journal of our own agent shows of its guest. A sample tells true time by the counter alone, whatever was done to the
 * clock meanwhile: D = wall + offset − counter. The slope of D is the frequency error (with a minus), its jumps are pauses. Which
 * server is wrong, the agent has found out by itself; from when until when, and by how much, its samples tell beside those of the others.
 */

import { grouped } from '#core/grouped.ts'
import { median } from '#core/number/quantile.ts'
import { sum } from '#core/number/sum.ts'
import { since } from '#core/time/instant.ts'
import type { Rate, Seconds } from '#core/time/units.ts'
import type { DisruptionRecord, SampleRecord, StepRecord } from '#core/trace/record.ts'
import { driftsIn } from './drifts.ts'
import { liarsOf } from './liars.ts'
import { liesIn, wrongByLies } from './lies.ts'
import { type Moment, without } from './moments.ts'
import { byHour, type Reconstructed, storyOfObserved } from './story.ts'
import type { Recorded } from './trace-of-journal.ts'
import { sayUndecided, undecidedIn } from './undecided.ts'

/** `clock` is the counter from the start, and `offset` what of D neither pauses nor the slope explain. */
interface Point extends Moment {
  readonly sample: SampleRecord
}

/** Samples of a shorter time tell no rate: some milliseconds that one was late are tens of ppm of a minute. */
export const SHORTEST: Seconds = 300
const LEAST_LENGTH: Seconds = 1e-3
/** By so many samples together, or those of so long, it is told what the clock was off by at the start: the first ones are often late. */
const FIRST = 8
const BEGINNING: Seconds = 600

/** Undefined when samples are too few, or of too short a time, to tell a rate. */
export function storyOfJournal(recorded: Recorded): Reconstructed | undefined {
  const { first, last, records, requests, replies } = recorded
  const samples = records.filter(record => record.kind === 'sample')
  if (samples.length < 3 || timeOf(samples) < SHORTEST) return undefined
  const pauses = records.filter(record => record.kind === 'disruption').flatMap(pauseFrom(recorded))
  const lostBy = (at: Seconds) => sum(pauses.filter(pause => pause.at <= at).map(({ length }) => length))
  const names = [...new Set(samples.map(({ source }) => source))]
  const told = samples.map((sample): Point => {
    const clock = since(sample.at.monotonic, first.monotonic)
    const at = since(sample.at.wall, first.wall) + sample.offset
    const source = names.indexOf(sample.source)
    const offset = at - clock - lostBy(clock)
    return { clock, source, offset, delay: sample.delay, daemon: 'other', at, corrected: 0, sample }
  })
  const roughly = slopeOf(told)
  const level = told.map(point => ({ ...point, offset: point.offset - roughly * point.clock }))
  const { liars, running, trusted } = liarsOf(level, names, recorded)
  const drifts = driftsIn(level, running, trusted)
  const steady = drifts.reduce((all, { wrong }) => without(wrong, all), level as readonly Point[])
  const lies = liesIn(steady, liars, trusted)
  const honest = without(wrongByLies(lies), steady)
  const slope = slopeOf(honest)
  const points = honest.map(point => ({ ...point, offset: point.offset - slope * point.clock }))
  const length = since(last.monotonic, first.monotonic)
  const begun = median(
    points.filter(({ clock }, i) => i < FIRST || clock < BEGINNING).map(({ offset }) => offset),
  )
  const addressOf = addressesBy(samples)
  const offsets = told.map(({ sample, at }, i) => sample.offset + points[i]!.at - at)
  return storyOfObserved({
    about: 'A story made from the journal of an agent: its oscillator, its paths, and what happened to it.',
    length: length + lostBy(length),
    doubts: sayUndecided(undecidedIn(level, names, recorded), lies),
    ahead: -begun,
    frequencyError: -(roughly + slope),
    rates: hourlyRates(points, roughly + slope),
    exchanges: points.map(({ offset, sample }) => ({
      address: addressOf(sample.source),
      delay: sample.delay,
      stratum: sample.stratum,
      off: offset,
    })),
    answered: requests === 0 ? 1 : Math.min(1, replies / requests),
    // In true time, which ran on through earlier pauses.
    pauses: pauses.map(pause => ({ ...pause, at: pause.at + lostBy(pause.at) - pause.length })),
    steps: records
      .filter(record => record.kind === 'step')
      .filter(bySomebody)
      .map(({ at, size }) => {
        const counter = since(at.monotonic, first.monotonic)
        return { at: counter + lostBy(counter), by: size }
      }),
    drifts: drifts.map(({ source, at, rate }) => ({
      address: addressOf(names[source]!),
      at: Math.max(0, at - begun),
      rate,
    })),
    lies: lies.map(({ source, at, until, offset }) => ({
      address: addressOf(names[source]!),
      at: Math.max(0, at - begun),
      until: until === undefined ? undefined : until - begun,
      offset,
    })),
    seen: {
      samples: samples.length,
      worst: Math.max(...offsets.map(Math.abs)),
      rms: Math.sqrt(sum(offsets.map(offset => offset ** 2)) / offsets.length),
    },
  })
}

/** A source is told by its address, and by its name where several differ by the port alone. */
function addressesBy(samples: readonly SampleRecord[]): (source: string) => string {
  const addresses = new Map(samples.map(({ source, address }) => [source, address]))
  const all = [...addresses.values()]
  return source => {
    const address = addresses.get(source)!
    return all.indexOf(address) === all.lastIndexOf(address) ? address : source
  }
}

const timeOf = (samples: readonly SampleRecord[]): Seconds =>
  since(samples.at(-1)!.at.monotonic, samples[0]!.at.monotonic)

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

/**
 * The middle of all slopes between points of one source that lie far from each other (Theil and Sen): a few wrong ones change nothing,
 * nor does what sources differ by.
 */
function slopeOf(points: readonly Moment[]): Rate {
  const slopes = [...grouped(points, ({ source }) => source).values()].flatMap(own => {
    const half = Math.floor(own.length / 2)
    return own.slice(0, own.length - half).flatMap((point, i) => {
      const other = own[i + half]!
      return other.clock > point.clock ? [(other.offset - point.offset) / (other.clock - point.clock)] : []
    })
  })
  return slopes.length === 0 ? 0 : median(slopes)
}

/** `slope` is what the points have no more. */
function hourlyRates(points: readonly Point[], slope: Rate) {
  const means = byHour(points.map(({ clock, offset }) => ({ at: clock, offset }))).map(inside => ({
    at: median(inside.map(({ at }) => at)),
    offset: median(inside.map(({ offset }) => offset)),
  }))
  return means.slice(1).map(({ at, offset }, i) => ({
    at,
    rate: -slope - (offset - means[i]!.offset) / (at - means[i]!.at),
  }))
}
