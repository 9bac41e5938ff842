/** What this machine is, for the linter: read from /proc and /sys, nothing is asked for. */
import { existsSync } from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import { type About, DAEMONS, type DaemonName } from '#diagnosis/lint/about.ts'
import { readMachine } from '#worlds/host/machine.ts'
import { OWN_PLACES } from './read.ts'

export function aboutHere(): About {
  const { hypervisor, kernel, timekeepers } = readMachine()
  const names = timekeepers.filter(({ disciplines }) => disciplines).map(({ name }) => name as DaemonName)
  return {
    hypervisor: hypervisor?.name ?? 'none',
    kernel,
    architecture: arch() === 'x64' ? 'x86_64' : arch() === 'ia32' ? 'i686' : arch(),
    daemons:
      names.length === 0 && inContainer()
        ? undefined
        : DAEMONS.filter(name => names.includes(name)).map(name => ({ name })),
  }
}

/** There the processes of the machine around it are not seen, and who keeps the clock is not known. */
const inContainer = (): boolean =>
  ['/.dockerenv', '/run/.containerenv', '/run/systemd/container'].some(existsSync)

export const placesHere = (): string[] => OWN_PLACES.map(place => join('/', place)).filter(existsSync)
