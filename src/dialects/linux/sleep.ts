/**
 * `time sleep 1` and what `time` says of it: how late the kernel's timer was. The command must be there too, since only it
 * tells how long was asked for. Bash, POSIX (`time -p`) and zsh write it differently; report 003 has bash's.
 */
import { said } from '../log/said.ts'
import { reportFormat } from '../report.ts'

const COMMAND = /(?:^|[#$%>;]\s*|\]\s*)time(?: -p)? sleep (\d+(?:\.\d+)?)\s*$/
const REAL = /^real\s+(?:(\d+)m)?(\d+(?:\.\d+)?)s?(?:\s.*)?$/
const REST = /^(?:user|sys)\s+(?:\d+m)?\d+(?:\.\d+)?s?$/

export const sleep = reportFormat({
  name: 'time sleep',
  daemon: 'other',
  open() {
    let asked = Number.NaN
    return text => {
      const command = COMMAND.exec(text)
      if (command) {
        asked = Number(command[1])
        return []
      }
      const real = REAL.exec(text)
      if (!real) return REST.test(text) ? [] : undefined
      const late = Number(real[1] ?? 0) * 60 + Number(real[2]) - asked
      asked = Number.NaN
      return Number.isNaN(late) ? [] : [said('slept', { size: late })]
    }
  },
})
