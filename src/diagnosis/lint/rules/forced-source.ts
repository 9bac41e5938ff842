/** forced-source: `true` in ntp.conf, `trust` in chrony.conf. Such a source survives every vote, so one that lies sets the clock. */
import { wordsOf } from '#dialects/named-source.ts'
import { configuredSources } from '../configured-sources.ts'
import { found, type LintRule, removeWord, replaceWord } from '../rule.ts'
import { evidenceAt, lineOf } from '../subject.ts'

export const forcedSource: LintRule = subject =>
  configuredSources(subject).flatMap(({ named, daemon }) =>
    named
      // Of the clock of a host that is trusted another rule speaks.
      .filter(({ forced, counts, address }) => forced && counts && !address.startsWith('PHC '))
      .map(({ address, file, line, network }) => {
        const word = daemon === 'ntpd' ? 'true' : 'trust'
        const text = lineOf(subject, file, line)
        // One has the first place already; of two that do the nearer one would have it.
        const isOnePreferred =
          named.some(({ preferred, counts }) => preferred && counts) ||
          wordsOf(text).some(each => each.toLowerCase() === 'prefer')
        const voting = isOnePreferred ? removeWord(text, word) : replaceWord(text, word, 'prefer')
        return found({
          name: 'forced-source',
          // A receiver on the desk is nobody's lie; it may fail all the same.
          severity: network ? 'warning' : 'note',
          what: `\`${word}\` puts ${address} beyond doubt: it ${daemon === 'ntpd' ? 'survives every selection' : 'outvotes the sources without it'}, also when it is wrong.`,
          evidence: [evidenceAt(subject, file, line)],
          cost: 'A falseticker sets the clock, and the other sources cannot stop it.',
          causes: [{ what: 'two sources were to have an order', why: 'a vote of two has no result' }],
          remedy: {
            daemon,
            text: `Use four sources without it. \`prefer\` gives one the first place among those that agree${isOnePreferred ? ', and one has it' : ''}.`,
            changes: [voting.trim()],
            edits: [{ file, line, kind: 'replace', text: voting }],
          },
          confirm: '`clockwright query` with all sources: does this one agree with the others?',
        })
      }),
  )
