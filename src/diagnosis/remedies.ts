/**
 * What to change so that a jump is corrected soon, for each daemon and version. The figures behind this: 300 measured
 * recoveries from pauses, and the daemons' own sources.
 */
import type { Remedy } from './finding.ts'
import type { Keeper } from './keeper.ts'

const remedy = (keeper: Keeper, text: string, changes: readonly string[] = []): Remedy => ({
  daemon: keeper.daemon,
  version: keeper.version,
  text,
  changes,
})

/** Let a jump be stepped away, at any time. */
export function stepAfterJumps(keeper: Keeper): Remedy {
  if (keeper.daemon === 'chrony')
    return remedy(
      keeper,
      'chronyd steps only in the first updates after its start unless the limit is -1, and a resume does not renew that. Allow steps always, and ask more often. After a resume `chronyc makestep` and `chronyc burst 4/4` help at once.',
      ['makestep 1 -1', 'server … iburst minpoll 4 maxpoll 6'],
    )
  if (keeper.daemon === 'timesyncd')
    return remedy(
      keeper,
      'systemd-timesyncd steps what is larger than 0.4 s at its next poll, so shorter polls help; nothing tells it of a resume.',
      ['PollIntervalMaxSec=64   (timesyncd.conf)', 'systemctl restart systemd-timesyncd'],
    )
  if (keeper.daemon !== 'ntpd')
    return remedy(
      keeper,
      'Let whatever keeps this clock step after a jump, at any time: `step_threshold` of ptp4l and phc2sys, `makestep` of chronyd.',
    )
  const short = 'server … iburst minpoll 4 maxpoll 6'
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
