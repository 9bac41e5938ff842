/** no-daemon: it is known that no time daemon is there. In a guest nothing else brings the clock back after a pause. */
import { hasDaemon } from '../daemons.ts'
import { found, type LintRule } from '../rule.ts'

export const noDaemon: LintRule = subject => {
  if (hasDaemon(subject) !== false) return []
  const { isGuest } = subject.machine
  return [
    found({
      name: 'no-daemon',
      severity: isGuest === false ? 'warning' : 'critical',
      what: `No time daemon is there${isGuest === false ? '' : `, and in a ${isGuest ? 'guest' : 'virtual machine'} nothing else keeps the clock`}.`,
      evidence: [],
      cost: 'The clock drifts by seconds a day, and stays behind by the length of each pause. That the host is exact helps a guest only at its boot.',
      remedy: {
        text: 'Run one: chronyd with `makestep 1 -1` steps after pauses.',
        changes: ['apt install chrony   (or dnf, zypper)', 'makestep 1 -1'],
      },
      confirm: '`clockwright status` names who disciplines the clock.',
    }),
  ]
}
