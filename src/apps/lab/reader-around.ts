/**
 * Who reads a configuration, and how it is started, where the machine around the file tells: this one, or the copy of one that the
 * file lies in. What a person says of it goes before that.
 */
import type { Distribution, TimeDaemon } from '#core/guest/inventory.ts'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import { ntpdOfRelease } from '#dialects/ntpd/of-release.ts'
import { writtenDaemon } from '#lab/players/daemon-name.ts'
import { openFiles } from '#worlds/host/files.ts'
import { machineAround } from '../machine-around.ts'
import { clockOptions, findOwnDaemon } from './own-daemon.ts'

export interface Reader {
  readonly daemon: string | undefined
  readonly options: string | undefined
  readonly remark: string
}

export function readerAround(file: string): Reader | undefined {
  const around = machineAround(file)
  if (!around) return undefined
  if (around.root === '') {
    const own = findOwnDaemon()
    return own?.daemon !== undefined && own.config === around.path
      ? { daemon: own.daemon, options: own.options, remark: own.evidence.replace(/\.$/, '') }
      : undefined
  }
  const { daemons, kernel } = takeInventory(openFiles(around.root))
  const reader = daemons.find(({ configuration }) => configuration[0]?.path === around.path)
  return reader && readerInCopy(reader, kernel.distribution?.value)
}

function readerInCopy(
  { name, version, commandLine, setsTime }: TimeDaemon,
  distribution: Distribution | undefined,
): Reader | undefined {
  if (!commandLine) return undefined
  const started = `in this copy it is started as \`${commandLine.value.join(' ')}\``
  if (name === 'ntpd' || name === 'ntpsec') {
    const ofRelease = version || name === 'ntpsec' ? undefined : distribution && ntpdOfRelease(distribution)
    const known = version?.value ?? ofRelease
    return {
      // Of an ntpd without a version the lab says itself which one it plays.
      daemon: known !== undefined || name === 'ntpsec' ? writtenDaemon(name, known) : undefined,
      options: clockOptions(commandLine.value.slice(1)),
      remark:
        ofRelease === undefined
          ? started
          : `${started}, by ${distribution!.name}, which has ntpd ${ofRelease}`,
    }
  }
  return name === 'chronyd' && setsTime?.value === false
    ? {
        daemon: undefined,
        options: undefined,
        remark: `${started}, and leaves the clock alone: played as if it did not`,
      }
    : undefined
}
