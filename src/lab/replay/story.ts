/**
 * From a recording to a story: what the guest's oscillator, the paths and the hypervisor must have done, as far as the samples
 * show it. Then anybody can be played in it: what would have happened with other settings.
 *
 * A sample tells true time by the counter alone, whatever was done to the clock meanwhile: D = wall + offset − counter. The slope
 * of D is the frequency error (with a minus), its jumps are pauses. What stays rough: a constant asymmetry of a path looks like
 * nothing or like an offset, delays are taken to be exponential, and the wander is estimated from hour to hour.
 */
import { since } from '#core/time/instant.ts'
import { PPM, type Seconds } from '#core/time/units.ts'
import type { DisruptionRecord, SampleRecord, StepRecord } from '#core/trace/record.ts'
import { type Scenario, usualStory } from '../scenario/schema.ts'
import { median } from '../score.ts'
import type { Recorded } from './trace-of-journal.ts'

export interface Reconstructed {
  readonly scenario: Scenario
  /** What the recording itself shows, for comparison. */
  readonly seen: {
    readonly samples: number
    /** The largest offset of the clock at a sample, and RMS over all. */
    readonly worst: Seconds
    readonly rms: Seconds
    readonly steps: number
  }
}

interface Point {
  /** By the counter, from the start. */
  readonly at: Seconds
  /** True time minus counter, from the start. */
  readonly ahead: Seconds
  readonly sample: SampleRecord
}

const HOUR: Seconds = 3600
/** A server that is off by more than this beside the others is taken to be wrong, not far away. */
const WRONG: Seconds = 0.01
const USUAL_WANDER = 0.001
const LEAST_LENGTH: Seconds = 1e-3

/** Undefined when there are too few samples to tell a rate. */
export function storyFrom(recorded: Recorded): Reconstructed | undefined {
  const { first, last, records } = recorded
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
  const usual = usualStory()
  const scenario: Scenario = {
    title: 'What was recorded',
    about: 'A story made from the journal of an agent: its oscillator, its paths, and what happened to it.',
    duration: Math.max(60, Math.ceil(length + lostBy(length))),
    phase: 0,
    guest: {
      ...usual.guest,
      offset: -level[0]!.ahead,
      frequencyerror: -slope / PPM,
      wander: wanderOf(level) ?? USUAL_WANDER,
    },
    server: serversFrom(level, slope, recorded),
    event: [
      ...pauses.map(({ at, length: long, noticed }) => ({
        kind: 'pause' as const,
        // In true time, which ran on through earlier pauses.
        at: at + lostBy(at) - long,
        length: long,
        noticed,
        uncertainty: 0.01,
        frequencychange: 0,
        every: undefined,
        times: undefined,
      })),
      ...steps.filter(bySomebody).map(({ at, size }) => {
        const counter = since(at.monotonic, first.monotonic)
        return {
          kind: 'step' as const,
          at: Math.max(0, counter + lostBy(counter)),
          by: size,
          every: undefined,
          times: undefined,
        }
      }),
    ].sort((a, b) => a.at - b.at),
    player: [],
    judged: usual.judged,
  }
  const offsets = samples.map(({ offset }) => offset)
  return {
    scenario,
    seen: {
      samples: samples.length,
      worst: Math.max(...offsets.map(Math.abs)),
      rms: Math.sqrt(sum(offsets.map(offset => offset ** 2)) / offsets.length),
      steps: steps.filter(step => !bySomebody(step)).length,
    },
  }
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)
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

/** From the changes of the mean rate from hour to hour, in ppm; undefined when there are too few hours. */
function wanderOf(points: readonly Point[]): number | undefined {
  const hours = new Map<number, Point[]>()
  for (const point of points) {
    const hour = Math.floor(point.at / HOUR)
    hours.set(hour, [...(hours.get(hour) ?? []), point])
  }
  const means = [...hours.values()].map(inside => ({
    at: median(inside.map(({ at }) => at)),
    ahead: median(inside.map(({ ahead }) => ahead)),
  }))
  const rates = means.slice(1).map((mean, i) => (mean.ahead - means[i]!.ahead) / (mean.at - means[i]!.at))
  const changes = rates.slice(1).map((rate, i) => rate - rates[i]!)
  if (changes.length < 3) return undefined
  const deviation = Math.sqrt(sum(changes.map(change => change ** 2)) / changes.length)
  // The mean rates of two hours that follow each other differ by a random walk of two thirds of an hour.
  return Math.min(1, Math.max(1e-5, deviation / Math.sqrt((2 / 3) * HOUR) / PPM))
}

function serversFrom(
  points: readonly Point[],
  slope: number,
  { requests, replies }: Recorded,
): Scenario['server'] {
  const addresses = [...new Set(points.map(({ sample }) => sample.address))]
  const rest = (point: Point) => point.ahead - slope * point.at
  const middle = median(points.map(rest))
  const [usual] = usualStory().server
  const answered = requests === 0 ? 1 : Math.min(1, replies / requests)
  return addresses.map((address, i) => {
    const own = points.filter(({ sample }) => sample.address === address)
    const delays = own.map(({ sample }) => sample.delay)
    const least = Math.max(0, Math.min(...delays))
    const off = median(own.map(rest)) - middle
    return {
      ...usual!,
      // Addresses of the lab are IPv4; a recording may have others.
      address: /^\d+(\.\d+){3}$/.test(address) ? address : `192.0.2.${(i % 250) + 1}`,
      delay: least / 2,
      jitter: Math.max(0, sum(delays) / delays.length - least) / 2,
      loss: 1 - Math.sqrt(answered),
      offset: Math.abs(off) > WRONG && addresses.length > 2 ? off : 0,
      stratum: Math.min(15, Math.max(1, own.at(-1)!.sample.stratum)),
    }
  })
}
