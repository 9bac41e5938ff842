/** not-understood: a file that is none of those that are known here, or of a program of which nothing is judged. */
import { found, type LintRule } from '../rule.ts'

export const unknownFile: LintRule = subject =>
  subject.files.flatMap(({ path }, file) => {
    if (subject.kinds[file] !== undefined) return []
    const program = NOT_JUDGED.exec(path)?.[1]
    return [
      found({
        name: 'not-understood',
        severity: 'note',
        what: program
          ? `${path} is of ${program}, of whose settings nothing is known here.`
          : `${path} is no configuration of time that is known here.`,
        evidence: [{ text: '', file, line: 1 }],
        cost: 'Nothing of it was judged.',
        remedy: {
          text: program
            ? 'Its own manual says what they mean; `clockwright check` tells whether it sets the clock.'
            : 'Give it the name that its reader looks for: ntp.conf, chrony.conf, timesyncd.conf, grub.conf …',
        },
        confirm: '',
      }),
    ]
  })

const NOT_JUDGED = /(?:^|\/)(ptp4l|phc2sys|timemaster|ts2phc|ptpd2?|sfptpd)\.conf$/
