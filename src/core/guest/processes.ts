/**
 * The processes of a machine: from /proc, and where a copy has no command lines there, from a listing of `ps` (sosreport
 * keeps one). Only those are read in full that somebody asks for by name. Those of a container that has users of its own are no
 * processes of the machine: the kernel lets none of them set the clock (capabilities(7), user_namespaces(7)). Nor do those of LXC and
 * of systemd-nspawn set it, whoever their users are (sys_time is dropped in LXC's common.conf, and none of systemd-nspawn(1)'s).
 */
import type { Files } from './files.ts'

export interface Process {
  readonly pid: number
  /** Cut to 15 letters by the kernel. */
  readonly comm: string
  /** The words it was started with, or the title that it gave itself. */
  readonly argv: readonly string[]
  readonly exe: string | undefined
  /** 0 where it is not known. */
  readonly parent: number
  /** May it set the clock (CAP_SYS_TIME)? Believed where it cannot be read. */
  readonly able: boolean
  /** An engine of containers runs it: it may set the clock if somebody allowed it to. */
  readonly inContainer: boolean
  /** Where its command line was read. */
  readonly path: string
  readonly line: number | undefined
}

const CAP_SYS_TIME = 25n
const COMM_LENGTH = 15
/** From here on subuid(5) and systemd-nspawn(1) give ranges of users to containers; services have smaller ones. */
const FIRST_OF_CONTAINERS = 65_536
/** nss-mymachines(8) has such names for them. */
const NAMED_OF_CONTAINER = /^vu-./

/** `ps auxwww`, with or without the lines of threads that `m` adds; `ps` alone may be that of busybox, or `ps -ef`, too. */
const LISTINGS = ['sos_commands/process/ps_auxwwwm', 'sos_commands/process/ps_auxwww', 'ps']

/** Where processes are to be seen, if any are: on a disk alone there is none. */
export const placeOfProcesses = (files: Files): string | undefined =>
  files.names('proc').some(name => /^\d+$/.test(name))
    ? '/proc'
    : LISTINGS.map(path => `/${path}`).find(files.exists)

export function processesNamed(files: Files, wanted: (comm: string) => boolean): Process[] {
  const processes: Process[] = []
  for (const entry of files.names('proc')) {
    if (!/^\d{1,10}$/.test(entry)) continue
    // Kernels before 2.6.33 have the name in the status only.
    const comm =
      files.text(`proc/${entry}/comm`) ??
      /^Name:\s*(.+)$/m.exec(files.text(`proc/${entry}/status`) ?? '')?.[1]?.trim()
    if (!comm || !wanted(comm)) continue
    const path = `/proc/${entry}/cmdline`
    const cmdline = files.text(path)
    const status = statusOf(files, entry)
    if (!cmdline || status.contained) continue
    processes.push({
      pid: Number(entry),
      comm,
      argv: cmdline.split('\0'),
      exe: files.link(`proc/${entry}/exe`),
      path,
      line: undefined,
      parent: status.parent,
      able: status.able,
      inContainer: false,
    })
  }
  return processes.length > 0 || files.own ? processes : fromListing(files, wanted)
}

/**
 * USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND, or PID USER VSZ STAT COMMAND and its like of busybox, which sets a name
 * that is not the program's in braces before it. A thread has `-` for what is the process's.
 */
function columnsOf(heading: string): RegExp | undefined {
  const [last, ...others] = heading.trim().split(/ +/).reverse()
  if (!/^(?:COMMAND|CMD)$/.test(last!) || others.filter(name => name === 'PID').length !== 1) return undefined
  const names = others.reverse()
  const user = names.findIndex(name => name === 'USER' || name === 'UID')
  const columns = names.map((name, index) =>
    name === 'PID' ? '(?<pid>\\d{1,10})' : index === user ? '(?<user>\\S+)' : '\\S+',
  )
  return new RegExp(`^ *${columns.join(' +')} +(?:\\{[^}]*\\} )?(?<command>\\S.*)$`)
}

/** What sos' process plugin has of control groups: the number comes first, and the groups last. */
const GROUPS = 'sos_commands/process/ps_axo_pid_ppid_user_group_lwp_nlwp_start_time_comm_cgroup'
const OF_LXC = /\/lxc(?:\.payload)?[./]|\/(?:machine-(?!qemu)|systemd-nspawn@)[^/]+\.(?:scope|service)/
const OF_ENGINE =
  /\/(?:docker|kubepods|libpod|crio)(?:[-./]|$)|(?:docker|libpod|crio|cri-containerd)-[\da-f]{12}/

function groupsIn(files: Files): Map<string, string> {
  return new Map(
    (files.text(GROUPS)?.split('\n') ?? []).flatMap(line => {
      const [, pid, groups] = /^\s*(\d+)\s.*\s(\S+)$/.exec(line) ?? []
      return pid === undefined ? [] : [[pid, groups!]]
    }),
  )
}

function fromListing(files: Files, wanted: (comm: string) => boolean): Process[] {
  const groups = groupsIn(files)
  for (const path of LISTINGS) {
    const lines = files.text(path)?.split('\n') ?? []
    const pattern = columnsOf(lines[0] ?? '')
    if (!pattern) continue
    return lines.flatMap((text, index) => {
      const { pid, user = '', command } = pattern.exec(text)?.groups ?? {}
      if (pid === undefined || command === undefined || /^(?:-$|\[)/.test(command)) return []
      const argv = command.trim().split(/ +/)
      const comm = argv[0]!.replace(/^.*\//, '').replace(/:$/, '').slice(0, COMM_LENGTH)
      if (!wanted(comm)) return []
      // A title, `ntpd: ntp engine`, is one word.
      const title = argv[0]!.endsWith(':') ? [argv.join(' ')] : argv
      const { parent, able, contained } = statusOf(files, pid)
      const group = groups.get(pid) ?? ''
      if (contained || isOfContainer(user) || OF_LXC.test(group)) return []
      return [
        {
          pid: Number(pid),
          comm,
          argv: title,
          exe: undefined,
          parent,
          able,
          inContainer: OF_ENGINE.test(group),
          path: `/${path}`,
          line: index + 1,
        },
      ]
    })
  }
  return fromStatus(files, wanted)
}

/** `systemctl status` of single services shows the processes of each: of others that says nothing. */
const STATUS = 'sos_commands/systemd'
const OF_SERVICE = /^systemctl_status_[\w@.-]+\.service$/
const IN_GROUP = /^[\s|`│├└─-]*(\d{1,10}) (\/\S.*)$/

const fromStatus = (files: Files, wanted: (comm: string) => boolean): Process[] =>
  files
    .names(STATUS)
    .filter(name => OF_SERVICE.test(name))
    .flatMap(name => {
      const path = `${STATUS}/${name}`
      return (files.text(path)?.split('\n') ?? []).flatMap((text, index): Process[] => {
        const [, pid, command] = IN_GROUP.exec(text) ?? []
        const argv = command?.trim().split(/ +/) ?? []
        const comm = argv[0]?.replace(/^.*\//, '').slice(0, COMM_LENGTH)
        if (pid === undefined || comm === undefined || !wanted(comm)) return []
        return [
          {
            pid: Number(pid),
            comm,
            argv,
            exe: undefined,
            parent: 0,
            able: true,
            inContainer: false,
            path: `/${path}`,
            line: index + 1,
          },
        ]
      })
    })

const isOfContainer = (user: string): boolean =>
  NAMED_OF_CONTAINER.test(user) || Number(user) >= FIRST_OF_CONTAINERS

interface Status extends Pick<Process, 'parent' | 'able'> {
  /** It runs in a container, and may not set the clock. */
  readonly contained: boolean
}

function statusOf(files: Files, pid: string): Status {
  const status = files.text(`proc/${pid}/status`) ?? ''
  // The fourth field of /proc/PID/stat, behind the name in parentheses (which may itself hold some).
  const stat = files.text(`proc/${pid}/stat`) ?? ''
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? /^PPid:\s*(\d+)/m.exec(status)?.[1]
  const permitted = /^CapPrm:\s*([\da-f]{1,16})/im.exec(status)?.[1]
  const able = permitted === undefined || ((BigInt(`0x${permitted}`) >> CAP_SYS_TIME) & 1n) === 1n
  const user = /^Uid:\s*(\d+)/m.exec(status)?.[1] ?? ''
  // It has a number of its own in there, too.
  const within = /^NSpid:\s*\d+\s+\d/m.test(status)
  return { parent: Number(parent ?? 0), able, contained: isOfContainer(user) || (within && !able) }
}
