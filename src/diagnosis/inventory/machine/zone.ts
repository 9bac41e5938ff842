/** The time zone. It says how the clock is shown, and nothing of whether it is right. */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import { at, fact, findLine, linesIn } from '../place.ts'

const LOCALTIME = '/etc/localtime'
const TIMEDATECTL = ['sos_commands/systemd/timedatectl']

export function findZone(files: Files): Fact<string> | undefined {
  const link = files.link(LOCALTIME)
  const named = /zoneinfo\/(?:posix\/|right\/)?([\w+/-]+)$/.exec(link ?? '')?.[1]
  if (named) return fact(named, at(LOCALTIME, `→ ${link}`))
  const line =
    findLine(files, ['etc/timezone'], /^\s*([\w+/-]+)\s*$/) ??
    findLine(files, ['etc/sysconfig/clock'], /^(?:ZONE|TIMEZONE)="?([\w+/-]+)"?/) ??
    findLine(files, TIMEDATECTL, /^\s*Time ?zone: (\S+)/)
  if (line) return fact(line.match[1]!, line.place)
  // A copy of a zone's file ends with its rule (RFC 9636).
  const rule = linesIn(files, LOCALTIME).at(-2)
  return rule && /^[\w<>+,./:-]{3,80}$/.test(rule) ? fact(rule, at(LOCALTIME, rule)) : undefined
}
