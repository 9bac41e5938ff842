/**
 * `clockwright with-cpus good -- COMMAND`: what field report 003 did by hand, with taskset or by taking processors off-line.
 * Becomes the command, which then runs on these processors only, with all that it starts.
 */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { goodCpus } from '#analysis/cpus/clocks.ts'
import { formatCpuList, parseCpuList } from '#core/guest/cpu-list.ts'
import type { Seconds } from '#core/time/units.ts'
import { allowedCpus, runOn } from '#worlds/host/cpus/affinity.ts'
import { type Libc, loadLibc } from '#worlds/libc.ts'
import { become } from '../../become.ts'
import { Complaint } from '../../complain.ts'
import { UNKNOWN, USAGE } from '../../exit.ts'
import { examineCpus } from './cpus.ts'

interface Options {
  time: Seconds
  verbose?: boolean
}

/** As shells have it. */
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126

export async function withCpus(which: string, command: readonly string[], options: Options): Promise<void> {
  const loaded = loadLibc()
  if (loaded.kind === 'missing')
    throw new Complaint(`this process cannot be kept to single CPUs: ${loaded.text}`, UNKNOWN)
  const program = findProgram(command[0]!)
  const cpus = which === 'good' ? await findGood(options.time) : listed(which, loaded.libc)
  const refused = runOn(loaded.libc, cpus)
  if (refused !== undefined)
    throw new Complaint(`CPU ${formatCpuList(cpus)}: ${loaded.libc.strerror(refused)}`, UNKNOWN)
  if (options.verbose) console.error(`clockwright: on CPU ${formatCpuList(cpus)}: ${command.join(' ')}`)
  await become(program, command, loaded.libc)
}

async function findGood(time: Seconds): Promise<number[]> {
  const { clocks } = await examineCpus({ time, clock: 'realtime' })
  const good = goodCpus(clocks)
  if (good.length === 0)
    throw new Complaint(
      'nobody can tell which CPUs are good (see clockwright cpus); name some: clockwright with-cpus LIST',
      UNKNOWN,
    )
  return good
}

function listed(which: string, libc: Libc): number[] {
  const cpus = parseCpuList(which)
  if (!cpus) throw new Complaint(`${which} is no list of CPUs: write "good", or 0,2-5`, USAGE)
  const allowed = allowedCpus(libc)
  const missing = allowed ? cpus.filter(cpu => !allowed.includes(cpu)) : []
  if (missing.length > 0)
    throw new Complaint(`CPU ${formatCpuList(missing)}: not there, off-line, or not allowed here`, USAGE)
  return cpus
}

/** As execvp would find it. */
function findProgram(name: string): string {
  const places = name.includes('/')
    ? [name]
    : (process.env.PATH ?? '').split(delimiter).map(at => join(at || '.', name))
  const there = places.filter(isFile)
  const found = there.find(isExecutable)
  if (found) return found
  const [first] = there
  throw first === undefined
    ? new Complaint(`${name}: no such command`, NOT_FOUND)
    : new Complaint(`${first}: may not be executed`, NOT_EXECUTABLE)
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
