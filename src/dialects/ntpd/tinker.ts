/**
 * The directive `tinker` of ntp.conf, which changes the loop's thresholds: it decides what ntpd does after a jump. Only this
 * line of a configuration is of interest beside logs; what a line of it says is told as an event without a time.
 */
import type { LogFormat } from '../log/format.ts'
import { said } from '../log/said.ts'
import { textLines } from '../log/text.ts'

const LINE = /^\s*tinker(?:\s+[a-z]+\s+-?[\d.]+(?:[eE]-?\d+)?)+\s*(?:#.*)?$/

export const tinker: LogFormat = {
  name: 'ntp.conf',
  dated: true,
  first: ' \tt',
  open: into =>
    textLines((text, line) => {
      if (!LINE.test(text)) return false
      into.tell({
        kind: 'event',
        daemon: 'ntpd',
        format: tinker.name,
        file: into.file,
        line,
        at: Number.NaN,
        text: text.trim(),
        ...said('configured', { size: Number(/ stepout\s+([\d.]+)/.exec(text)?.[1] ?? Number.NaN) }),
      })
      return true
    }),
}
