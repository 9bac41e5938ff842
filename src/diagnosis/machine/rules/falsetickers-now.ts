/** falseticker, measured just now: what a source claims does not meet what most that answer agree on. */

import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { Finding } from '../../finding.ts'
import { COST_OUTVOTED, ITS_CLOCK_IS_WRONG } from '../../outvoted.ts'
import { type LiveSource, type MachineRule, settingDaemons, state } from '../subject.ts'
import { LARGE, told } from './measured.ts'

export const falsetickersNow: MachineRule = ({ inventory, live }) => {
  const { offset, bound } = live ?? {}
  if (!live || offset === undefined || bound === undefined || live.assumed) return []
  const heard = live.sources.filter(({ answers }) => answers)
  const wrong = heard
    .map(source => ({ ...source, off: source.offset! - offset }))
    .filter(source => Math.abs(source.off) > source.bound! + bound)
    .sort((a, b) => Math.abs(b.off) - Math.abs(a.off))
  const [worst] = wrong
  if (!worst) return []
  const conduct = settingDaemons(inventory).some(({ name }) => name === 'systemd-timesyncd')
    ? followsOne(wrong, heard, offset)
    : OUTVOTES
  const agreeing = heard.length - wrong.length
  return [
    state({
      name: 'falseticker',
      severity: Math.abs(worst.off) < LARGE ? 'note' : conduct.severity,
      what: `${wrong.map(({ name, off }) => `${name} is ${aside(off)}`).join('; ')}: ${agreeing} of ${heard.length} sources that answer agree against ${wrong.length === 1 ? 'it' : 'them'}.`,
      measures: { offset: worst.off, falsetickers: wrong.length },
      evidence: [
        ...wrong,
        ...heard.filter(({ address }) => !wrong.some(each => each.address === address)),
      ].map(told),
      cost: conduct.cost,
      causes: [ITS_CLOCK_IS_WRONG],
      remedy: {
        text: `Replace it by another server, and tell its operator.${conduct.advice}`,
        changes: [`clockwright query ${worst.address}`],
      },
      confirm: 'Ask it from another network: `clockwright query`.',
    }),
  ]
}

const aside = (off: Seconds): string => `${duration(Math.abs(off))} ${off < 0 ? 'behind' : 'ahead'}`

interface Conduct {
  readonly severity: Finding['severity']
  readonly cost: string
  readonly advice: string
}

const OUTVOTES: Conduct = {
  severity: 'warning',
  cost: COST_OUTVOTED,
  advice: '',
}

/** timesyncd takes the first that answers, compares it with nobody, and stays with it. */
function followsOne(wrong: readonly LiveSource[], [first]: readonly LiveSource[], offset: Seconds): Conduct {
  const isNearer = wrong.find(each => Math.abs(each.offset!) < Math.abs(offset))
  const isFirst = wrong.find(({ address }) => address === first!.address)
  return {
    severity: isNearer || isFirst ? 'critical' : 'warning',
    cost: isNearer
      ? `systemd-timesyncd follows one server and compares it with nobody: this clock is nearer to ${isNearer.name} than to the others, as if it were that one.`
      : isFirst
        ? `systemd-timesyncd follows one server and compares it with nobody: ${isFirst.name} is the first that it asks, and leads this clock away.`
        : 'systemd-timesyncd follows one server and compares it with nobody: this one leads the clock away when those before it do not answer.',
    advice: ' A daemon that compares its sources (chronyd, ntpd) outvotes such a one.',
  }
}
