/** Why a daemon follows none of the sources that it hears well, as its listing shows it, and what to do about that. */
import { duration } from '#core/time/format.ts'
import type { Daemon } from '#core/trace/series.ts'
import { CHRONY_DEFAULTS } from '#dialects/chrony/settings.ts'
import type { Cause } from './finding.ts'
import type { Told, Unfollowed } from './listed.ts'
import { mendDistance, tooDistantCauses } from './too-distant.ts'

interface Refusal {
  /** For the end of a sentence. */
  readonly why: string
  readonly causes: readonly Cause[]
  readonly text: string
  readonly changes: readonly string[]
  readonly confirm: string
}

export function refusalOf(
  { refused, distant, noisy, withoutTime }: Unfollowed<Told>,
  daemon: Daemon,
): Refusal {
  const far = distant[0]?.size
  if (withoutTime.length === refused.length) return WITHOUT_TIME
  if (far === undefined && noisy.length === refused.length) return TOO_NOISY
  const known = far !== undefined || daemon === 'ntpd'
  return {
    why: far === undefined ? '' : `, being ${duration(far)} from a clock that is right (root distance)`,
    causes: [
      ...(known ? tooDistantCauses(daemon, far, FLASH) : UNKNOWN),
      {
        what: 'the sources follow this machine, or each other',
        why:
          daemon === 'chrony'
            ? 'if their reference (`chronyc ntpdata`) is this machine, or one of them'
            : 'if `rv` shows peer_loop, or their reference is one of them',
      },
    ],
    ...(known ? mendDistance(daemon) : ASK_IT),
    confirm: '`clockwright query` shows the root distance of each.',
  }
}

/** How to know, where a listing does not tell how far they are. */
const FLASH = 'if `rv` of a source shows flash=400 peer_dist'

const WITHOUT_TIME: Refusal = {
  why: ', being without time themselves (stratum 16)',
  causes: [
    {
      what: 'the sources have lost their own source, or have just been started',
      why: 'stratum 16 is that of who follows nobody',
    },
  ],
  text: 'See why they follow nobody, or ask others.',
  changes: ['ntpq -pn SERVER   (where it answers that)'],
  confirm: '`clockwright query` with the same servers.',
}

const TOO_NOISY: Refusal = {
  why: `: what it measures of each varies too much (above maxjitter, ${duration(CHRONY_DEFAULTS.maxjitter)})`,
  causes: [
    {
      what: 'the clock of this machine jumps, or somebody else sets it: old and new offsets stand side by side',
      why: 'all of its sources vary, and this clock is what they have in common',
    },
    { what: 'the way to all of them is overloaded', why: 'if their delays vary as much' },
  ],
  text: 'Find out what moves this clock (its messages: steps, jumps, a second program that sets it), and end that. After it, let chronyd forget what it measured before.',
  changes: [
    'chronyc sourcestats   (Std Dev)',
    'chronyc -m "reset sources" "burst 4/4"   (chrony 4.0 or newer; restart an older one)',
  ],
  confirm: '`chronyc sources` shows a `*` before one of them some minutes later.',
}

const UNKNOWN: readonly Cause[] = [
  { what: 'they are only to be watched (`noselect`)', why: 'if their lines in chrony.conf say so' },
  {
    what: 'fewer of them agree than must (`minsources`), or one that is required is not among them',
    why: 'if chrony.conf says so',
  },
]

const ASK_IT = {
  text: 'Ask chronyd why: a letter before each source tells the reason.',
  changes: ['chronyc selectdata -v'],
}
