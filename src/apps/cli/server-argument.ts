/** A server as written on the command line: HOST, HOST:PORT, ADDRESS, IPV6, [IPV6]:PORT. */
import { SOURCE_DEFAULTS, type SourceConfig } from '#core/agent/config.ts'
import { Complaint } from './complain.ts'

export function parseServer(text: string): { address: string; port: number } {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text)
  const plain = /^([^:[\]]+)(?::(\d+))?$/.exec(text)
  const bareV6 = /^[\da-fA-F:.]*:[\da-fA-F:.]*:[\da-fA-F:.%\w]*$/.test(text)
  const match = bracketed ?? plain
  if (!match && bareV6) return { address: text, port: SOURCE_DEFAULTS.port }
  const port = match?.[2] === undefined ? SOURCE_DEFAULTS.port : Number(match[2])
  if (!match || port < 1 || port > 65535 || /\s/.test(match[1]!)) {
    throw new Complaint(`'${text}' is no server: write HOST, HOST:PORT or [IPV6]:PORT`)
  }
  return { address: match[1]!, port }
}

/** Sources that are asked in one burst, and named as they were written. */
export const sourcesFor = (servers: readonly string[]): SourceConfig[] =>
  [...new Set(servers)].map(name => ({ ...SOURCE_DEFAULTS, ...parseServer(name), name, iburst: true }))
