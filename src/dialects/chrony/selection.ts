/** selection.log: the state of each source at each selection. Who is a falseticker is told as an event when it begins. */
import { dayNumber } from '#core/time/civil.ts'
import { DIGITS, type LogFormat } from '../log/format.ts'
import { said } from '../log/said.ts'
import { textLines } from '../log/text.ts'
import { headOf } from './banner.ts'

const HEAD = headOf('IP Address +S EOpts')
const LINE = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) (\S{1,80}) +([A-Za-z*+~-]) [-NPTR]{5} +[0-7]+ /

export const selection: LogFormat = {
  name: 'chrony selection',
  dated: true,
  first: `${DIGITS} =`,
  open(into) {
    const states = new Map<string, string>()
    return textLines((text, line) => {
      if (HEAD.test(text.trim())) return true
      const match = LINE.exec(text)
      if (!match) return false
      const [, year, month, day, hours, minutes, seconds, source, state] = match
      if (state === 'x' && states.get(source!) !== 'x')
        into.tell({
          kind: 'event',
          daemon: 'chrony',
          format: selection.name,
          file: into.file,
          line,
          at:
            (dayNumber(Number(year), Number(month), Number(day)) - into.baseDay) * 86_400 +
            Number(hours) * 3600 +
            Number(minutes) * 60 +
            Number(seconds),
          text,
          ...said('falseticker', { source }),
        })
      states.set(source!, state!)
      return true
    })
  },
}
