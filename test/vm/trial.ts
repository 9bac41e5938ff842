/**
 * One subject, one scenario, one guest of its own: boot, settle, let it happen, watch. What the subject did is judged
 * by the truth; how fast it was, only where the machine had time for it.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Instant, since } from '#core/time/instant.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Bed } from './bed.ts'
import { answered, type Look, type Watch } from './clocks.ts'
import { Guest, type GuestOptions, trueTime } from './guest.ts'
import type { Network } from './network.ts'
import { isCalm, type Recovery, recovery } from './recovery.ts'
import type { Scenario } from './scenarios.ts'
import { type Belief, type Subject, startSubject, sureThatItRuns } from './subjects.ts'

export interface Trial {
  readonly subject: string
  readonly scenario: string
  readonly recovery: Recovery
  /** The subject says so, or its first movement of the clock; seconds after the event. */
  readonly noticed: Seconds | undefined
  /** When the guest's own probe, a small C program that only answers, first did: sooner nothing in it can react. */
  readonly answers: Seconds | undefined
  readonly steps: readonly Seconds[]
  /** Offset before the event, when it had settled. */
  readonly settled: Seconds
  readonly belief: (Belief & { readonly truth: Seconds }) | undefined
  readonly load: number
  /** The last lines of its log. */
  readonly said: readonly string[]
  /** What is not as it should be. */
  readonly complaints: readonly string[]
}

export interface Patience {
  /** Before it happens; else as long as the subject says. */
  readonly settle: Seconds | undefined
  readonly watch: Seconds
  /** Under a millisecond for so long ends the watch early. */
  readonly calm: Seconds
}

/** Where nobody corrects the clock there is only the noticing to wait for: a poll of 16 s, or two. */
const briefly = (patience: Patience): Patience => ({ ...patience, watch: Math.min(patience.watch, 60) })

/** Above it a reaction time says more of the machine than of the subject. */
export const HIGHEST_LOAD = 3
export const load = (): number => Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])

export async function runTrial(
  { network, bed, servers }: { network: Network; bed: Bed; servers: readonly string[] },
  { subject, scenario }: { subject: Subject; scenario: Scenario },
  patience: Patience,
  { say = () => {}, ...options }: GuestOptions = {},
): Promise<Trial> {
  const loadBefore = load()
  const guest = await Guest.boot(network, bed, { ...options, say })
  try {
    const watch = guest.watch()
    await startSubject(subject, guest, servers)
    await guest.start('sampler', 'probe sample')
    const settle = patience.settle ?? subject.settles
    say(`${subject.name} settles for ${settle} s`)
    await sleep(1e3 * settle)
    await sureThatItRuns(subject, guest)
    const before = await guest.measure()
    const stepsBefore = (await stepsOf(guest)).length
    say(`${scenario.name}: ${scenario.about}`)
    await scenario.happen(guest)
    const from = trueTime()
    await observe(watch, from, subject.corrects ? patience : briefly(patience), say)
    await sureThatItRuns(subject, guest)
    const recovered = recovery(watch.looks, from)
    const said = await subject.noticed?.(guest, before.raw)
    const belief = await believed(subject, guest)
    const trial = {
      subject: subject.name,
      scenario: scenario.name,
      recovery: recovered,
      noticed: earliest(recovered.moved, said === undefined ? undefined : trueSince(watch.looks, said, from)),
      answers: firstAnswer(watch.looks, from),
      steps: (await stepsOf(guest)).slice(stepsBefore),
      settled: before.offset,
      belief,
      load: Math.max(loadBefore, load()),
      said: (await guest.log('subject')).trim().split('\n').slice(-15),
    }
    return { ...trial, complaints: complaintsOf(subject, trial) }
  } finally {
    await guest.stop()
  }
}

async function observe(
  watch: Watch,
  from: Instant,
  { watch: limit, calm }: Patience,
  say: (text: string) => void,
): Promise<void> {
  const end = performance.now() + 1e3 * limit
  for (let told = performance.now(); performance.now() < end; await sleep(1000)) {
    if (isCalm(watch.looks, from, calm)) return
    if (performance.now() - told < 15_000) continue
    told = performance.now()
    const last = watch.looks.findLast(answered)
    say(
      `${((limit * 1e3 - (end - told)) / 1e3).toFixed(0)} s after it: offset ${last ? (1e3 * last.offset).toFixed(2) : '–'} ms`,
    )
  }
}

/** Each was told by the guest's own sampler: which ones there were, not when. */
async function stepsOf(guest: Guest): Promise<Seconds[]> {
  const lines = (await guest.log('sampler')).split('\n').filter(line => line.endsWith('}'))
  return lines.map(line => Number(JSON.parse(line).step) / 1e9)
}

async function believed(subject: Subject, guest: Guest): Promise<Trial['belief']> {
  const belief = await subject.belief?.(guest)
  return belief && { ...belief, truth: (await guest.measure()).offset }
}

/** When was it, by the truth, that the guest's counter said so? By the nearest look after the event. */
function trueSince(looks: readonly Look[], counter: bigint, from: Instant): Seconds | undefined {
  const later = looks.filter(answered).filter(({ at }) => at >= from)
  const near = later.find(({ raw }) => raw >= counter) ?? later.at(-1)
  return near && since(near.at, from) - Number(near.raw - counter) / 1e9
}

function firstAnswer(looks: readonly Look[], from: Instant): Seconds | undefined {
  const first = looks.filter(answered).find(({ at }) => at >= from)
  return first && since(first.at, from)
}

/** What was noticed while it still happened (the host sets a clock that stood still) took no time. */
function earliest(...times: readonly (Seconds | undefined)[]): Seconds | undefined {
  const known = times.filter(time => time !== undefined)
  return known.length === 0 ? undefined : Math.max(0, Math.min(...known))
}

/** Offsets are judged always, a time only when the machine was quiet. Other people's daemons are not ours to judge. */
function complaintsOf(subject: Subject, trial: Omit<Trial, 'complaints'>): string[] {
  if (!subject.name.startsWith('clockwright')) return []
  const { belief, recovery: recovered, noticed, load } = trial
  const complaints: string[] = []
  if (!belief) complaints.push('it says nothing of the clock')
  else if (Math.abs(belief.offset - belief.truth) > belief.errorBound + 1e-3)
    complaints.push(
      `it says ${ms(belief.offset)} ± ${ms(belief.errorBound)}, and the truth is ${ms(belief.truth)}`,
    )
  const disturbed = Math.abs(recovered.disturbed ?? 0) > 10e-3
  if (disturbed && noticed === undefined) complaints.push('it did not notice')
  if (disturbed && load < HIGHEST_LOAD && noticed !== undefined && noticed > NOTICES_WITHIN)
    complaints.push(`it noticed after ${noticed.toFixed(1)} s only`)
  if (subject.corrects && recovered.within10ms === undefined) complaints.push('the clock is not right again')
  return complaints
}

/** Two polls of 16 s and a request that was lost. */
const NOTICES_WITHIN: Seconds = 40

const ms = (s: Seconds): string => `${(1e3 * s).toFixed(2)} ms`
