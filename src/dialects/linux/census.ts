/**
 * A count of addresses, as `awk '{ print $3 }' peerstats | sort | uniq -c` prints it (field report 002): how often each
 * source was heard.
 */
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const LINE = /^ *(\d{1,12}) (\d{1,3}(?:\.\d{1,3}){3}|(?=[^ ]*:[^ ]*:)[0-9a-fA-F:]{3,39}|[A-Z_]+\(\d+\))$/

export const census = reportFormat({
  name: 'uniq -c',
  daemon: 'other',
  first: ' 0123456789',
  open: () => text => {
    const match = LINE.exec(text)
    return match ? [said('counted', { size: Number(match[1]), source: match[2] })] : undefined
  },
})
