/**
 * source-refused of a copy: whom the daemon heard well and did not use, while it followed another. What it has left decides: of three that
 * are used one may be wrong, and one alone is believed whatever it says. A source that is only to be watched (`noselect`) is listed like one
 * that is refused.
 */
import type { TimeDaemon } from '#core/guest/inventory.ts'
import { duration } from '#core/time/format.ts'
import type { Cause } from '../../finding.ts'
import { type Refused, refusedOf } from '../../listed.ts'
import { spokenOf } from '../../repair/pause-remedy.ts'
import { mendDistance, tooDistantCauses } from '../../too-distant.ts'
import { justStarted, longestListing, saying, shown, since, toldThen } from '../said-then.ts'
import { evidenceOf, type MachineRule, settingDaemons, state } from '../subject.ts'

/** With fewer nobody can tell which one is wrong. */
const ENOUGH = 3

export const refusedThen: MachineRule = ({ inventory, live }) => {
  const listed = longestListing(inventory)
  const [daemon] = settingDaemons(inventory)
  const [followed] = saying(inventory, 'selected')
  if (live || !daemon || !followed) return []
  const path = [...listed.values()][0]?.evidence.path
  const told = toldThen(inventory).filter(({ evidence }) => evidence.path === path)
  const { refused, distant, noisy, withoutTime } = refusedOf(told)
  // What varies much is left out for some minutes only.
  const unused = refused.filter(({ source }) => !noisy.some(each => each.source === source))
  if (unused.length <= watchedOnly(daemon)) return []
  const lost = saying(inventory, 'unreachable', 'falseticker').filter(
    ({ evidence }) => evidence.path === path,
  )
  const left = listed.size - unused.length - new Set(lost.map(({ source }) => source)).size
  const started = justStarted(inventory)
  const why = whyOf({ refused: unused, distant, withoutTime }, daemon)
  return [
    state({
      name: 'source-refused',
      severity: started || left >= ENOUGH ? 'note' : 'warning',
      what: `${daemon.name} heard ${unused.length} of ${listed.size} listed sources and did not use ${unused.length === 1 ? 'it' : 'them'} when this copy was made${why.words}; ${left <= 1 ? `only ${followed.source} was left` : `${left} were left`}${since(started)}.`,
      measures: {
        refused: unused.length,
        sources: listed.size,
        ...(distant[0] && { distance: distant[0].size }),
      },
      evidence: [...shown(unused), ...evidenceOf(started)],
      cost:
        left <= 1
          ? 'What the one that is left says is believed, and when it is lost nobody is followed.'
          : 'As many sources less to outvote one that is wrong.',
      causes: why.causes,
      remedy: why.remedy,
      confirm: '`clockwright query` shows the root distance of each.',
    }),
  ]
}

const watchedOnly = ({ configuration }: TimeDaemon): number =>
  configuration.flatMap(({ text }) => text.match(NOSELECT) ?? []).length

const NOSELECT = /^[ \t]*(?:server|pool|peer|refclock)\b[^\n]*\bnoselect\b/gim

interface Why {
  /** For the end of a clause. */
  readonly words: string
  readonly causes: readonly Cause[]
  readonly remedy: { readonly text: string; readonly changes: readonly string[] }
}

type Unused = Pick<Refused<ReturnType<typeof toldThen>[number]>, 'refused' | 'distant' | 'withoutTime'>

function whyOf({ refused, distant, withoutTime }: Unused, daemon: TimeDaemon): Why {
  const spoken = spokenOf(daemon) ?? 'other'
  const [far] = distant
  if (far)
    return {
      words: `, being up to ${duration(Math.max(...distant.map(({ size }) => size)))} from a clock that is right (root distance)`,
      causes: tooDistantCauses(spoken, far.size),
      remedy: mendDistance(spoken),
    }
  if (withoutTime.length === refused.length)
    return {
      words: ', being without time themselves (stratum 16)',
      causes: [
        {
          what: 'they have lost their own source, or have just been started',
          why: 'stratum 16 is that of who follows nobody',
        },
      ],
      remedy: { text: 'See why they follow nobody, or ask others.', changes: [] },
    }
  return {
    words: '',
    causes: [
      {
        what: 'they are too far from a clock that is right, by what they say of themselves (root distance)',
        why: 'if `clockwright query` shows seconds',
      },
      { what: 'they follow this machine, or each other', why: 'if their reference is one of them' },
    ],
    remedy: {
      text: 'Ask the daemon why it does not use them, and name others instead, or mend them.',
      changes: [spoken === 'chrony' ? 'chronyc selectdata -v' : 'ntpq -c as -c "rv &1"   (flash)'],
    },
  }
}
