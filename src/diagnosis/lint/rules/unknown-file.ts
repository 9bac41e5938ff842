/** not-understood: a file that is none of those that are known here. */
import { found, type LintRule } from '../rule.ts'

export const unknownFile: LintRule = subject =>
  subject.files.flatMap(({ path }, file) =>
    subject.kinds[file] === undefined
      ? [
          found({
            name: 'not-understood',
            severity: 'note',
            what: `${path} is no configuration of time that is known here.`,
            evidence: [{ text: '', file, line: 1 }],
            cost: 'Nothing of it was judged.',
            remedy: {
              text: 'Give it the name that its reader looks for: ntp.conf, chrony.conf, timesyncd.conf, grub.conf …',
            },
            confirm: '',
          }),
        ]
      : [],
  )
