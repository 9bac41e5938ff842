/**
 * ptp4l.conf, and the file of phc2sys: sections of ports and a global one, a name and a value a line (config.c of linuxptp 4).
 * Only what holds for the whole program is read here.
 */
import { linesOf } from '../named-source.ts'

export interface PtpSetting {
  readonly name: string
  readonly value: string
  readonly line: number
  readonly text: string
}

/** Of equal names the last counts. */
export function readPtpConf(text: string): PtpSetting[] {
  let global = false
  return linesOf(text).flatMap((whole, index) => {
    const said = whole.trim()
    if (said.startsWith('[')) global = /^\[global\]/i.test(said)
    const [, name, value] = /^([A-Za-z][\w.]*)\s+(\S+)$/.exec(said) ?? []
    return global && name !== undefined && value !== undefined
      ? [{ name, value, line: index + 1, text: said }]
      : []
  })
}
