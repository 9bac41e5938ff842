/**
 * wrong-values: `server 127.127.1.0` in chrony.conf, as tutorials copy it from ntp.conf. ntpd means its drivers by such addresses. chronyd knows
 * none of them: there it is an address of the loopback network, where nobody is but the machine itself.
 */
import { REFERENCE_CLOCK } from '#dialects/ntpd/sources.ts'
import { isLocalClock } from '../configured-sources.ts'
import { found, type LintRule } from '../rule.ts'
import { evidenceAt } from '../subject.ts'

export const driversOfNtpd: LintRule = subject => {
  const hasLocal = subject.chrony.some(({ read }) => read.said.local !== undefined)
  return subject.chrony.flatMap(({ file, read }) =>
    read.neverFound
      .filter(({ address }) => REFERENCE_CLOCK.test(address))
      .map(({ address, line }) =>
        found({
          name: 'wrong-values',
          severity: 'warning',
          what: `${address} is a driver of ntpd, and chronyd knows no such drivers: it asks its own machine at that address.`,
          evidence: [evidenceAt(subject, file, line)],
          cost: 'This line names no source: nobody is there who knows the time.',
          causes: [{ what: 'the line is from an ntp.conf', why: 'only ntpd has drivers with addresses' }],
          remedy: {
            daemon: 'chrony',
            text: `Take it out. ${isLocalClock(address) ? `What ntpd does with it is \`local stratum N\` here${hasLocal ? ', which is there already' : ': for the one server of an island'}.` : 'A clock that is attached is a `refclock` here.'}`,
            edits: [{ file, line, kind: 'delete', text: '' }],
          },
          confirm: '`chronyc -N sources -a` without this address.',
        }),
      ),
  )
}
