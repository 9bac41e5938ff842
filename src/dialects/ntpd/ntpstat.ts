/** ntpstat, the shell version of it: synchronised to whom, at which stratum, and correct to within how much. */
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const SERVER = /^synchronised to (?:NTP server \((\S{1,80})\)|.{1,60}?) at stratum (\d{1,2})\s*$/
/** Half the root delay, and the root dispersion. */
const WITHIN = /^ *time correct to within (\d{1,9}) ms/
const REST = /^ *(?:synchronised to \S.*|polling server every \d+ s|clock is synchronised.*)$/

export const ntpstat = reportFormat({
  name: 'ntpstat',
  daemon: 'ntpd',
  first: ' scutp',
  open: () => text => {
    const server = SERVER.exec(text)
    if (server)
      return [
        said('selected', { source: server[1] }),
        said('stratum-now', { size: Number(server[2]) }),
        said('synchronised'),
      ]
    const within = WITHIN.exec(text)
    if (within) return [said('dispersion-now', { size: Number(within[1]) * 1e-3 })]
    if (/^unsynchronised\b/.test(text)) return [said('unsynchronised')]
    return REST.test(text) ? [] : undefined
  },
})
