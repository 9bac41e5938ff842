/** What of timesyncd.conf may stand in the way of a clock that is to come back soon. */
import { TIMESYNCD_DEFAULTS, timesyncdSettings } from '#dialects/timesyncd/settings.ts'
import { parseTimesyncdConf } from '#dialects/timesyncd/sources.ts'
import { namedBy, type PlayerSpec } from '../../players/player.ts'
import { SHORT, sayShortPollsForAll, shortPollsForAll } from '../short-polls.ts'
import { type Edit, ofText } from './edit.ts'

type Timesyncd = Extract<PlayerSpec, { kind: 'timesyncd' }>

export function timesyncdEdits(player: Timesyncd): Edit<Timesyncd>[] {
  const { settings } = timesyncdSettings([parseTimesyncdConf(player.config, 'timesyncd.conf')])
  const edits: Edit<Timesyncd>[] = []
  if (settings.rootDistanceMax < TIMESYNCD_DEFAULTS.rootDistanceMax)
    edits.push({
      name: 'no RootDistanceMaxSec',
      how: `take "RootDistanceMaxSec" out: the default, ${TIMESYNCD_DEFAULTS.rootDistanceMax} s, allows more`,
      apply: ofText(config => saying(config, { RootDistanceMaxSec: undefined })),
    })
  if (settings.pollIntervalMax > 2 ** SHORT) {
    const asked = namedBy(player)
    const [least, most] = shortPollsForAll(asked)
    edits.push({
      ...sayShortPollsForAll(
        asked,
        ([min, max]) => `write "PollIntervalMinSec=${2 ** min}" and "PollIntervalMaxSec=${2 ** max}"`,
      ),
      apply: ofText(config =>
        saying(config, { PollIntervalMinSec: 2 ** least, PollIntervalMaxSec: 2 ** most }),
      ),
    })
  }
  return edits
}

/** The last word counts; a key without a value is left out. */
function saying(config: string, keys: Readonly<Record<string, number | undefined>>): string {
  const others = Object.keys(keys).reduce(
    (left, key) => left.replace(new RegExp(`^\\s*${key}\\s*=.*$`, 'gm'), ''),
    config,
  )
  const said = Object.entries(keys).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  )
  return said.length === 0 ? others : `${others}\n[Time]\n${said.join('\n')}\n`
}
