/**
 * The lines of ntp.conf that name sources. Only those matter beside logs: how many there are, and whether one is forced on
 * the daemon (`true` in ntp.conf, `trust` in chrony.conf). The other commands of ntp.conf are known and say nothing here.
 */
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const SOURCE = /^\s*(server|peer|pool) +(?:-[46] +)?([\w.:-]{1,255})((?: +[\w.:-]{1,64})*)\s*(?:#.*)?$/
const OTHER =
  /^\s*(?:restrict|driftfile|statsdir|statistics|filegen|includefile|keys|leapfile|logconfig|logfile|fudge) +\S/

export const configured = reportFormat({
  name: 'sources of a configuration',
  daemon: 'other',
  first: ' \tspdfikrl',
  open: () => text => {
    const source = SOURCE.exec(text)
    if (!source) return OTHER.test(text) ? [] : undefined
    const [, how, name, options] = source as unknown as [string, string, string, string]
    // A pool is as many as it likes to be.
    const named = how === 'pool' ? [] : [said('source-configured', { source: name })]
    return / (?:true|trust)(?: |$)/.test(options)
      ? [...named, said('source-trusted', { source: name })]
      : named
  },
})
