/**
 * panic-exit-ahead of chronyd: `maxchange OFFSET START IGNORE` (chrony.conf(5), is_offset_ok in reference.c). After START updates one
 * that is larger than OFFSET is not made; after IGNORE of those chronyd ends itself. Below 0 the one never begins, and the other never
 * comes to its end: the clock stays wrong then, and chronyd runs on.
 */
import { inGuests } from '../advice.ts'
import { lastRead } from '../reads.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt, type LintSubject } from '../subject.ts'

export const maxchange: LintRule = subject => {
  if (subject.machine.isGuest === false) return []
  const said = subject.chrony.flatMap(({ file, read }) =>
    read.directives.filter(({ name }) => name === 'maxchange').map(directive => ({ file, ...directive })),
  )
  const last = lastRead(subject.chrony, said)
  const [offset, start, ignore] = (last?.words ?? []).map(Number)
  if (!last || offset === undefined || start === undefined || ignore === undefined || !(start >= 0)) return []
  return [
    found({
      name: 'panic-exit-ahead',
      severity: subject.machine.isGuest ? 'warning' : 'note',
      what: `${inGuests(subject)} \`${last.text}\` has chronyd ${ending(ignore)} after a pause of more than ${offset} s.`,
      measures: { panic: offset },
      evidence: [evidenceAt(subject, last.file, last.line)],
      cost: 'After a long suspend, or a snapshot that is restored, nobody puts the clock right any more.',
      remedy: {
        daemon: 'chrony',
        text: `Take it out: it is for machines whose clock never jumps by itself.${stepping(subject)}`,
        edits: said.map(({ file, line }) => ({ file, line, kind: 'delete', text: '' })),
      },
      confirm: 'The log of chronyd: "Adjustment of … seconds exceeds the allowed maximum".',
    }),
  ]
}

const ending = (ignore: number): string =>
  ignore < 0
    ? 'ignore every answer'
    : ignore === 0
      ? 'end itself'
      : `ignore ${ignore === 1 ? 'an update' : `${ignore} updates`} and then end itself`

/** Without a step even what is allowed would take days. */
const stepping = ({ chrony }: LintSubject): string =>
  chrony.some(({ read }) => read.directives.some(({ name }) => name === 'makestep'))
    ? ''
    : ' What it is to step, `makestep` says.'
