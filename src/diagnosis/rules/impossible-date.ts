/** impossible-date: 30 February (field report 003). Someone typed the line, or what wrote it counts days on its own. */
import { configure } from '../remedies.ts'
import type { Rule } from '../rule.ts'
import { evidenceOf } from '../subject.ts'

export const impossibleDate: Rule = ({ log, keeper }) => {
  const lines = log.timeless.filter(({ what }) => what === 'impossible-date')
  if (lines.length === 0) return []
  return [
    {
      name: 'impossible-date',
      severity: 'note',
      from: undefined,
      to: undefined,
      what: `${lines.length} line${lines.length > 1 ? 's show' : ' shows'} a date that no calendar has.`,
      measures: { count: lines.length },
      evidence: lines.slice(0, 2).map(evidenceOf),
      cost: 'None for the differences between lines: they were computed all the same. The date itself cannot be trusted.',
      causes: [
        { what: 'the date was changed before the lines were handed over', why: 'no kernel can show it' },
      ],
      remedy: configure(keeper, 'Nothing to do.'),
      confirm: 'date --iso-8601=seconds, on that machine.',
    },
  ]
}
