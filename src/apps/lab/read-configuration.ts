/**
 * A configuration that somebody has named, with the files that belong to it: what it includes, and of timesyncd the drop-ins. Where it lies
 * in its place in a copy of a machine, they are those of the copy; else those of this machine, as a daemon would find them that is
 * started here with this file. What was read with it is said, and what it names and is not there.
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type FileRead, type Files, UNREAD } from '#core/guest/files.ts'
import { filesOver } from '#core/guest/files-over.ts'
import type { ConfigurationFile } from '#core/guest/inventory.ts'
import { isSecret } from '#diagnosis/inventory/copy/share.ts'
import {
  type Grammar,
  includesOf,
  readConfiguration,
  readSystemdConfiguration,
} from '#diagnosis/inventory/daemons/configuration.ts'
import { folderOf, isPattern } from '#dialects/path-pattern.ts'
import { daemonOf, type Said } from '#lab/players/configured.ts'
import { daemonKind } from '#lab/players/daemon-name.ts'
import { list } from '#lab/players/left-out.ts'
import { lineName } from '#lab/players/line-name.ts'
import { oneText } from '#lab/players/one-text.ts'
import { openFiles } from '#worlds/host/files.ts'
import { machineAround } from '../machine-around.ts'
import { readNamed } from './read-named.ts'
import { readerAround } from './reader-around.ts'

const TIMESYNCD = 'timesyncd.conf'
/** Of more files only their number is said. */
const MOST_NAMED = 6

/** `daemon` and `options` are as a person writes them; of what is not said the machine around the file tells, and then the text. */
export function readConfigurationOf(
  file: string,
  said: Pick<Said, 'daemon' | 'options'>,
): Pick<Said, 'daemon' | 'options'> & Required<Pick<Said, 'text' | 'lines' | 'remarks'>> {
  const isOpen = said.daemon === undefined || (said.options === undefined && isNtpd(said.daemon))
  const reader = isOpen ? readerAround(file) : undefined
  const { daemon = reader?.daemon, options = reader?.options } = said
  const around = machineAround(file)
  const path = around?.path ?? resolve(file)
  const withDropIns = around !== undefined && path.endsWith(`/systemd/${TIMESYNCD}`)
  // Its drop-ins count without it, too.
  const main = withDropIns && !existsSync(file) ? undefined : readNamed(file)
  const kind = daemon === undefined ? daemonOf(main ?? '', file) : daemonKind(daemon)
  const grammar = kind === 'chronyd' ? 'chrony' : kind === 'ntpd' ? 'ntpd' : 'plain'
  const files = filesOver(
    openFiles(around?.root || '/'),
    new Map(main === undefined ? [] : [[path, asRead(main)]]),
  )
  const found = withDropIns
    ? readSystemdConfiguration(files, TIMESYNCD, path)
    : readConfiguration(files, path, grammar)
  const configuration =
    found.configuration.length > 0
      ? found.configuration
      : [{ path, text: main ?? readNamed(file), includedBy: undefined }]
  const unread = new Map([...files.unread, ...found.unreadable].map(each => [each.path, each.why]))
  const shown = nameInCopy(file, path, around?.root ?? '')
  const { text, lines, passedOver } = oneText(
    configuration.map(({ path: inner, text, includedBy: by }) => ({
      path: shown(inner),
      text,
      includedBy: by && { ...by, path: shown(by.path) },
    })),
    shown(path),
  )
  return {
    daemon,
    options,
    text,
    lines,
    remarks: [
      ...(reader ? [reader.remark] : []),
      ...readWith(
        configuration.filter(each => each.path !== path).map(each => shown(each.path)),
        around !== undefined,
      ),
      ...passedOver,
      // Files with keys are left out of a copy.
      ...(withDropIns
        ? []
        : notThere(files, configuration, grammar, shown, path => !around?.root || !isSecret(path))),
      ...[...unread]
        .filter(([each]) => !isSecret(each))
        .map(([each, why]) => `${shown(each)} was not read: ${UNREAD[why]}`),
    ],
  }
}

const isNtpd = (daemon: string): boolean => daemonKind(daemon) === 'ntpd'

const asRead = (text: string): FileRead => ({ kind: 'read', text, bytes: Buffer.from(text) })

/** What a path of a copy is called here, beside a file that was named. */
function nameInCopy(file: string, path: string, root: string): (inner: string) => string {
  const front = file.endsWith(path) ? file.slice(0, -path.length) : root
  return inner => `${front}${inner}`
}

function readWith(paths: readonly string[], isInPlace: boolean): string[] {
  if (paths.length === 0) return []
  const where = isInPlace ? '' : ' of this machine'
  return [
    paths.length > MOST_NAMED
      ? `${paths.length} files${where} were read with it`
      : `read with it${where && `,${where}`}: ${list(paths)}`,
  ]
}

function notThere(
  files: Files,
  configuration: readonly ConfigurationFile[],
  grammar: Grammar,
  shown: (path: string) => string,
  isExpected: (path: string) => boolean,
): string[] {
  return configuration.flatMap((file, i) =>
    includesOf(file, file.path.endsWith('.sources') ? 'plain' : grammar).flatMap(({ line, kind, paths }) =>
      paths
        .filter(isExpected)
        .filter(each => !files.exists(isPattern(each) ? folderOf(each) : each))
        .map(each => {
          const at = lineName({ line, file: i === 0 ? undefined : shown(file.path) })
          const ends = grammar === 'chrony' && kind === 'files' && !isPattern(each)
          return `${at}: ${shown(each)} is not there${ends ? ', and chronyd does not start without it: played as if it did' : ''}`
        }),
    ),
  )
}
