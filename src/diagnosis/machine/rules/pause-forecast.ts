/**
 * slow-after-a-pause: what the daemon that keeps this guest would do after it stood still, played in the lab with the
 * configuration that is there (field report 001).
 */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import { quickerEdits } from '../../repair/quicker.ts'
import {
  evidenceOf,
  isGuest,
  isPutRightByTools,
  type MachineRule,
  type PauseProspect,
  type Recovery,
  settingDaemons,
  state,
} from '../subject.ts'
import { followsHost } from '../wallclock.ts'

/** What takes longer is worth a change. */
const SLOW: Seconds = 120
const VERY_SLOW: Seconds = 3600

export const pauseForecast: MachineRule = ({ inventory, prospect }) => {
  if (!prospect || !isGuest(inventory)) return []
  // Somebody else puts the clock right after a resume, and the daemon's own way back is not what counts.
  if (isPutRightByTools(inventory) || followsHost(inventory)) return []
  const { decides, now, best, how, pause, model } = prospect
  const ends = decides.exits > 0
  if (decides.median < SLOW && !ends) return []
  const daemon = settingDaemons(inventory)[0]
  return [
    state({
      name: 'slow-after-a-pause',
      severity: ends || decides.median >= VERY_SLOW ? 'critical' : 'warning',
      what: sentence(prospect),
      measures: { pause, median: now.median, ...(best ? { withRemedy: best.median } : {}) },
      evidence: [{ text: `${now.runs} runs of ${model} in the lab` }, ...evidenceOf(daemon?.commandLine)],
      cost: 'Each suspend, snapshot, restore and migration costs that.',
      causes: [
        {
          what: 'its settings are for machines that never stop',
          why: 'a step is forbidden or late, and it asks seldom',
        },
      ],
      remedy: {
        text: how ? `${capital(how)}.` : 'Let clockwright keep this clock: it notices the pause itself.',
        ...(daemon && how ? { actions: quickerEdits(daemon) } : {}),
      },
      confirm: `clockwright lab forecast --pause ${pause}`,
    }),
  ]
}

const sentence = ({ pause, now, best, model }: PauseProspect): string =>
  `A pause of ${duration(pause)} would leave this guest wrong ${howLong(now)} (${model})` +
  (best ? `; with the remedy ${howLong(best)}.` : '.')

const howLong = ({ median, exits, runs }: Recovery): string =>
  exits > runs / 2
    ? 'for good, because the daemon ends'
    : Number.isFinite(median)
      ? `for ${duration(median)}`
      : 'for more than a day'

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
