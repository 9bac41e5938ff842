/** clock-not-disciplined: `disable ntp`, `chronyd -x`: the daemon measures, and leaves the clock alone. */
import { parseChronydOptions } from '#dialects/chrony/options.ts'
import type { Edit, Evidence, Finding } from '../../finding.ts'
import { found, type LintRule, removeWord } from '../rule.ts'
import { editContinued, evidenceAt } from '../subject.ts'

export const clockNotDisciplined: LintRule = subject => [
  ...subject.ntp.flatMap(({ file, read }) => {
    const ntp = read.switches.get('ntp')
    if (!ntp || ntp.value) return []
    return [off(evidenceAt(subject, file, ntp.line), '`disable ntp`', 'ntpd', [])]
  }),
  ...subject.commandLines
    .filter(({ daemon, words }) => daemon === 'chronyd' && parseChronydOptions(words).watchesOnly)
    .map(({ file, line }) =>
      off(
        evidenceAt(subject, file, line),
        '`-x`',
        'chrony',
        editContinued(subject, { file, line }, text => removeWord(text, '-x')),
      ),
    ),
]

const off = (evidence: Evidence, how: string, daemon: 'ntpd' | 'chrony', edits: readonly Edit[]): Finding =>
  found({
    name: 'clock-not-disciplined',
    severity: 'warning',
    what: `${how}: ${daemon === 'ntpd' ? 'ntpd' : 'chronyd'} measures, and does not set the clock.`,
    evidence: [evidence],
    cost: 'Unless somebody else keeps the clock, nobody does.',
    causes: [{ what: 'it runs in a container', why: 'there the clock is that of the machine around it' }],
    remedy: { daemon, text: 'Take it out where this daemon is to keep the clock.', edits },
    confirm: '`clockwright status` names who disciplines the clock.',
  })
