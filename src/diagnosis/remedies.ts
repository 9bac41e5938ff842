/**
 * What to change so that a jump is corrected soon, for each daemon and version. The figures behind this: 300 measured
 * recoveries from pauses, and the daemons' own sources.
 */
import { compareVersions, numbersOf } from '#dialects/grammar.ts'
import type { Remedy } from './finding.ts'
import type { Keeper } from './keeper.ts'

const remedy = (keeper: Keeper, text: string, changes: readonly string[] = []): Remedy => ({
  daemon: keeper.daemon,
  version: keeper.version,
  text,
  changes,
})

const SHORT_POLLS = 'server … iburst minpoll 4 maxpoll 6'

/** Let a jump be stepped away, at any time. */
export function stepAfterJumps(keeper: Keeper): Remedy {
  if (keeper.daemon === 'chrony') return stepByChronyd(keeper)
  if (keeper.daemon === 'timesyncd')
    return remedy(
      keeper,
      'systemd-timesyncd steps what is larger than 0.4 s at its next poll, so shorter polls help; nothing tells it of a resume.',
      ['PollIntervalMaxSec=64   (timesyncd.conf)', 'systemctl restart systemd-timesyncd'],
    )
  if (keeper.daemon !== 'ntpd')
    return remedy(
      keeper,
      'Let whatever keeps this clock step after a jump, at any time: `makestep 1 -1` of chronyd, `tinker panic 0` and short polls of ntpd, `step_threshold` of ptp4l and phc2sys.',
    )
  if (keeper.asksOften)
    return remedy(
      keeper,
      keeper.clampsStepout
        ? 'It asks often already, and waits 300 s before it steps, which `tinker stepout` cannot shorten in this version. `tinker panic 0` lets ntpd survive long pauses; `-x` would forbid the step. chronyd with `makestep 1 -1` is sooner right.'
        : 'It asks often already. A short stepout (up to ntpd 4.2.6; later versions take it for 300 s) and `tinker panic 0` bring the step sooner; `-x` would forbid it.',
      [keeper.clampsStepout ? 'tinker panic 0' : 'tinker panic 0 stepout 10'],
    )
  const short = SHORT_POLLS
  if (keeper.clampsStepout)
    return remedy(
      keeper,
      'Short polls bring the step in minutes instead of hours, and `tinker panic 0` lets ntpd survive long pauses. `tinker stepout` below 300 s is taken for 300 s in this version, so it does not help; nor does `-x`, which forbids the step.',
      ['tinker panic 0', short],
    )
  return remedy(
    keeper,
    keeper.clampsStepout === false
      ? 'Short polls, a short stepout (this version takes it) and `tinker panic 0` bring the step within minutes. Remove `-x`, which forbids it.'
      : 'Short polls bring the step in minutes instead of hours, and `tinker panic 0` lets ntpd survive long pauses. `tinker stepout 10` works only up to ntpd 4.2.6; later versions take it for 300 s.',
    ['tinker panic 0 stepout 10', short],
  )
}

/** chrony.conf(5): `makestep`. What it does already is not asked of it. */
function stepByChronyd(keeper: Keeper): Remedy {
  const { stepsAnytime, asksOften } = keeper
  if (stepsAnytime && asksOften) {
    const { text, changes } = forgetJumps(keeper)
    return remedy(
      keeper,
      `chronyd steps at any time and asks often already. What is left is to tell it of a resume, so that it does not reckon with what it measured before. ${text}`,
      changes,
    )
  }
  const ways = [
    ...(stepsAnytime
      ? ['chronyd steps at any time already.']
      : [
          'chronyd steps only in the first updates after its start unless the limit is -1, and a resume does not renew that. Allow steps always.',
        ]),
    ...(asksOften ? [] : ['Ask more often.']),
    'After a resume `chronyc makestep` and `chronyc burst 4/4` help at once.',
  ]
  return remedy(keeper, ways.join(' '), [
    ...(stepsAnytime ? [] : ['makestep 1 -1']),
    ...(asksOften ? [] : [SHORT_POLLS]),
  ])
}

/** `reset sources` came with chrony 4.0 (its NEWS); before, only a restart forgets measurements. */
const RESETS_SOURCES = [4, 0]

export function forgetJumps(keeper: Keeper): Remedy {
  const numbers = numbersOf(keeper.version ?? '')
  if (numbers.length > 0 && compareVersions(numbers, RESETS_SOURCES) < 0)
    return remedy(
      keeper,
      'This version forgets its measurements only when it is restarted (`chronyc reset sources` came with 4.0): restart it after a resume; with `iburst` and `makestep` it is right within seconds.',
      ['systemctl restart chronyd'],
    )
  return remedy(
    keeper,
    `Let a resume reset the sources: \`chronyc reset sources\` and \`chronyc burst 4/4\`${numbers.length > 0 ? '' : ' (chrony 4.0 or newer; an older one is restarted)'}.`,
    ['chronyc -m "reset sources" "burst 4/4"'],
  )
}

export function allowSteps(keeper: Keeper): Remedy {
  if (keeper.daemon === 'chrony') return stepAfterJumps(keeper)
  return remedy(
    keeper,
    'Remove `-x` (or `tinker step`) from the options of ntpd: it slews at 500 ppm at most, 2000 s for each second. Or set the clock once, while the services that cannot bear a step are stopped.',
    ['ntpd -g   (without -x)'],
  )
}

export const survivePanic = (keeper: Keeper): Remedy =>
  remedy(
    keeper,
    'Without `tinker panic 0` ntpd ends itself when it is more than 1000 s off; `-g` forgives that once, and its first update after the start uses it up. Restart it with -g now, and let it be restarted by its supervisor.',
    ['tinker panic 0', 'Restart=always   (in the unit of ntpd)'],
  )

export const useChrony = (keeper: Keeper, text: string): Remedy =>
  remedy(keeper, text, ['chronyd instead of ntpd: it corrects up to 100 000 ppm'])

export const configure = (keeper: Keeper, text: string, changes: readonly string[] = []): Remedy =>
  remedy(keeper, text, changes)
