/**
 * What a plot marks: what happened to a clock, and the large things that its daemon did. Moments are by the clock's own
 * stamps, as the curves are; by true time where chronyd slewed far, as the curves are then.
 */
import type { Disturbance } from '#analysis/log/disturbances/disturbance.ts'
import { duration, signed } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { amount } from '#diagnosis/amount.ts'
import type { Explained } from '#diagnosis/explain.ts'
import { printable } from '../table.ts'

/** Each has its own shape and word; the colour only repeats them. */
export type HappeningKind = 'pause' | 'set' | 'jump' | 'step' | 'panic'

export interface Happening {
  readonly kind: HappeningKind
  /** Seconds from the start of the base day. */
  readonly at: Seconds
  /** In true time, as the findings have it, where that is known. */
  readonly truly?: Seconds
  /** For a mark. */
  readonly label: string
  /** For a list. */
  readonly text: string
}

export const HAPPENINGS: Readonly<Record<HappeningKind, string>> = {
  pause: 'the clock lost time at once',
  set: 'the clock was set by something else',
  jump: 'the clock jumped',
  step: 'the daemon set the clock',
  panic: 'the daemon gave up',
}

/** More would be a curtain; the largest are kept, and the number of the rest is told. */
const MOST = 200

export function happeningsOf(host: Explained): { happenings: Happening[]; left: number } {
  const all = [
    ...host.disturbances.map(each => disturbed(each, markOf(each, host))),
    ...stepsOf(host),
    ...panicsOf(host),
  ]
  const kept = all.sort((a, b) => b.weight - a.weight).slice(0, MOST)
  return {
    happenings: kept.map(({ weight: _, ...happening }) => happening).sort((a, b) => a.at - b.at),
    left: all.length - kept.length,
  }
}

export const markOf = ({ to, local }: Disturbance, { log }: Explained): Seconds =>
  log.updatesOf('chrony')?.slewedFar ? to : local.to

type Weighed = Happening & { readonly weight: number }

function disturbed({ size, uncertainty, moved, restarted, to }: Disturbance, at: Seconds): Weighed {
  const much = `${amount(Math.abs(size))} ± ${duration(uncertainty)}`
  // As the rule vm-paused has it: what nobody can tell from a pause was one.
  const paused = size > 0 && moved !== 'wall clock' && !restarted
  const kind = paused ? 'pause' : moved === 'wall clock' ? 'set' : 'jump'
  const text = {
    pause:
      moved === 'machine'
        ? `The machine stood still for ${much}.`
        : `The clock lost ${much}: the machine stood still, or somebody set the clock back.`,
    set: `Something other than its daemon set the clock ${size > 0 ? 'back' : 'forward'} by ${much}.`,
    jump: `The clock ${size > 0 ? 'lost' : 'gained'} ${much}${restarted ? ' while its daemon was restarted' : ''}.`,
  }
  const label = {
    pause: moved === 'machine' ? `stood still ${duration(size)}` : `lost ${duration(size)}`,
    set: `set by ${signed(-size)}`,
    jump: `${size > 0 ? 'lost' : 'gained'} ${duration(Math.abs(size))}`,
  }
  return { kind, at, truly: to, label: label[kind], text: text[kind], weight: Math.abs(size) }
}

/** ntpd's, since 4.2.6. */
const BEFORE_IT = /\bclock_step\b/

/** What a log and the statistics both tell is one step. */
function stepsOf({ log }: Explained): Weighed[] {
  const steps: Weighed[] = []
  for (const { at: stamp, size, text } of log.events.of('stepped')) {
    // ntpd says it before it does it: its next stamps are earlier than that.
    const at = size < 0 && BEFORE_IT.test(text) ? stamp + size : stamp
    if (steps.some(each => Math.abs(each.at - at) < 5 && Math.abs(each.weight - Math.abs(size)) < 0.01))
      continue
    steps.push({
      kind: 'step',
      at,
      label: `step ${signed(size)}`,
      text: `The daemon set the clock ${size < 0 ? 'back' : 'forward'} by ${amount(Math.abs(size))}.`,
      weight: Number.isNaN(size) ? 0 : Math.abs(size),
    })
  }
  return steps
}

const panicsOf = ({ log }: Explained): Weighed[] =>
  log.events.of('panic').map(({ at, size, text }) => ({
    kind: 'panic',
    at,
    label: Number.isNaN(size) ? 'gave up' : `gave up at ${signed(size)}`,
    text: `The daemon gave up: ${printable(text)}`,
    weight: Number.MAX_VALUE,
  }))
