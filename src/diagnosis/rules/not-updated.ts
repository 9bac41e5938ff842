/**
 * sources-lost, as far as what chronyd sums up can tell: it took in no measurement for a long time, or made no update. Its sources may have
 * answered all the while.
 */
import { FREE_FOR_LONG } from '#analysis/log/sources/without-sources.ts'
import { duration } from '#core/time/format.ts'
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { silenceOf } from './silence.ts'

export const notUpdated: Rule = subject => {
  const { keeper, when } = subject
  const silence = silenceOf(subject)
  if (!silence || !(silence.time > silence.least)) return []
  const { silent, back, time, seenBy } = silence
  if (seenBy !== 'updates' && seenBy !== 'unused') return []
  const unused = seenBy === 'unused'
  return [
    {
      name: 'sources-lost',
      severity: unused || time >= FREE_FOR_LONG ? 'warning' : 'note',
      from: silent,
      to: back,
      what: `${keeper.name} ${unused ? 'used no measurement of any source' : 'did not update the clock'} for ${duration(time)}, from ${when(silent)} to ${when(back)}, and these logs do not tell why.`,
      measures: { time },
      evidence: [
        {
          text: `the lines of ${unused ? 'statistics.log' : 'tracking.log'} stop at ${when(silent)} and go on at ${when(back)}`,
        },
      ],
      cost: 'The clock ran on its last frequency: a part in ten million is 1 ms in three hours.',
      causes: [
        unused
          ? {
              what: 'the ways to its sources became longer',
              why: 'answers that are slower than most are left out',
            }
          : {
              what: 'the source that it followed was away, or the way to it became longer',
              why: 'until it prefers another one it makes no update, however many answer',
            },
        {
          what: 'the network or a firewall lost the packets of all sources',
          why: 'if its messages say that none could be selected',
        },
        { what: 'the machine or the daemon was stopped', why: 'if it logged a start afterwards' },
      ],
      remedy: configure(
        keeper,
        'Look into the messages of chronyd of that time; let it write measurements.log (`log measurements`): that tells who answered.',
      ),
      confirm: 'measurements.log of that time; `journalctl -u chronyd`.',
    },
  ]
}
