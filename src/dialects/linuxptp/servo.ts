/**
 * What ptp4l, phc2sys and ts2phc say once in a second: offset in nanoseconds (positive: the clock that is steered is ahead,
 * so it is turned round), the state of the servo (s0 not locked, s1 stepping, s2 locked), frequency, delay. The stamp is of
 * CLOCK_MONOTONIC, which freezes with the guest and has no date: these times are seconds since the machine's start.
 */
import type { LogFormat } from '../log/format.ts'
import { said } from '../log/said.ts'
import { textLines } from '../log/text.ts'
import { SampleRows } from '../sample-rows.ts'

const PREFIX = /^(ptp4l|phc2sys|ts2phc)\[(\d{1,12}\.\d{1,9})\]: (?:\[[^\]]{1,60}\] )?(.*)$/
const SERVO =
  /^(?:(\S{1,60}) )?(master|phc|sys|rms|\S{1,60}) offset +(-?\d{1,19}) s([0-3]) freq +[+-]?\d+(?: (?:path )?delay +(-?\d{1,19}))?$/
const SUMMARY = /^(?:\S{1,60} )?rms +\d+ max +\d+ freq +[+-]?\d+ \+\/- +\d+(?: delay +-?\d+ \+\/- +\d+)?$/
const CLOCK_CHECK = /^clockcheck: clock jumped (forward|backward) or running/

export const servo: LogFormat = {
  name: 'linuxptp',
  dated: false,
  first: 'pt',
  open(into) {
    const rows = new SampleRows(into, { daemon: 'other', format: servo.name })
    const reader = textLines((text, line) => {
      const match = PREFIX.exec(text)
      if (!match) return false
      const [, program, stamp, message] = match as unknown as [string, string, string, string]
      const one = SERVO.exec(message)
      if (one)
        rows.add({
          at: Number(stamp),
          line,
          source: `${program} ${one[1] ?? one[2]}`,
          offset: -Number(one[3]) * 1e-9,
          delay: one[5] === undefined ? Number.NaN : Number(one[5]) * 1e-9,
        })
      const jump = CLOCK_CHECK.exec(message)
      if (jump)
        into.tell({
          kind: 'event',
          daemon: 'other',
          format: servo.name,
          file: into.file,
          line,
          at: Number(stamp),
          text: message,
          ...said(jump[1] === 'forward' ? 'jumped-forward' : 'jumped-backward'),
        })
      return one !== null || jump !== null || SUMMARY.test(message)
    })
    return Object.assign(reader, { flush: () => rows.flush() })
  },
}
