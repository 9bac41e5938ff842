/**
 * Can a running daemon write the statistics that it is told to write? It runs as a user of its own mostly, and the folder must be
 * there and belong to that one. ntpd says so in its log once, chronyd too, and nothing is written (field report 002). Asked of
 * the machine itself, and of a copy that `clockwright collect` made: in any other everything belongs to whoever made it, and what is
 * not there may have been left out.
 */
import type { Files } from '#core/guest/files.ts'
import type { ConfigurationFile, Fact } from '#core/guest/inventory.ts'
import { linesAsRead } from '#dialects/reading-order.ts'
import { at, fact } from '../place.ts'

interface Asked {
  readonly daemon: string
  readonly pid: number | undefined
  readonly configuration: readonly ConfigurationFile[]
  readonly commandLine: readonly string[] | undefined
}

export function findCannotWrite(files: Files, asked: Asked): Fact<string> | undefined {
  const { pid, commandLine = [] } = asked
  // In a jail (-i) paths mean something else.
  if (pid === undefined || commandLine.includes('-i')) return undefined
  const folder = folderOf(asked)
  const user = folder && userOf(files, pid)
  if (!folder || !user || user.uid === 0 || files.owner('/') === undefined) return undefined
  const path = folder.value.replace(/\/+$/, '') || '/'
  const steps = path.split('/').slice(1)
  const above = ['/', ...steps.slice(0, -1).map((_, i) => `/${steps.slice(0, i + 1).join('/')}`)]
  const shut = above.find(each => !may(files, each, user, SEARCH))
  const why =
    files.owner(path) === undefined
      ? `${path} is not there`
      : shut !== undefined
        ? `its user (${user.uid}) may not enter ${shut}`
        : may(files, path, user, WRITE | SEARCH)
          ? undefined
          : `${path} is not writable for its user (${user.uid})`
  return why === undefined ? undefined : fact(why, ...folder.evidence)
}

/** What is asked for, and where: `statistics` with `statsdir` of ntpd, `log` with `logdir` of chronyd. */
function folderOf({ daemon, configuration }: Asked): Fact<string> | undefined {
  const [what, where] =
    daemon === 'chronyd'
      ? [/^\s*log\s+\S/i, /^\s*logdir\s+(\/\S*)/i]
      : daemon === 'ntpd' || daemon === 'ntpsec'
        ? [/^\s*statistics\s+\S/, /^\s*statsdir\s+"?(\/[^\s"]*)/]
        : []
  if (!what || !where) return undefined
  const lines = linesAsRead(configuration)
  const said = lines.findLast(({ text }) => where.test(text))
  if (!said || !lines.some(({ text }) => what.test(text))) return undefined
  return fact(where.exec(said.text)![1]!, at(said.path, said.text.trim(), said.line))
}

interface User {
  readonly uid: number
  readonly groups: readonly number[]
}

function userOf(files: Files, pid: number): User | undefined {
  const status = files.text(`proc/${pid}/status`) ?? ''
  const numbers = (name: string) =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'm')
      .exec(status)?.[1]
      ?.trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number)
  const [uid, gid] = [numbers('Uid')?.[1], numbers('Gid')?.[1]]
  return uid === undefined || gid === undefined
    ? undefined
    : { uid, groups: [gid, ...(numbers('Groups') ?? [])] }
}

const WRITE = 0o2
const SEARCH = 0o1

function may(files: Files, path: string, { uid, groups }: User, wanted: number): boolean {
  const owner = files.owner(path)
  if (!owner) return false
  const bits = uid === owner.uid ? owner.mode >> 6 : groups.includes(owner.gid) ? owner.mode >> 3 : owner.mode
  return (bits & wanted) === wanted
}
