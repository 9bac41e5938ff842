/**
 * The programs and drivers by which a hypervisor reaches into the guest, and whether they set its clock. What the host decides
 * (periodic synchronisation of VMware Tools, say) is known only where a copy has asked the tool, or holds the .vmx of the guest.
 */
import type { Files } from '#core/guest/files.ts'
import type { ClockJob, Fact, GuestTool, Place } from '#core/guest/inventory.ts'
import { type Process, processesNamed } from '#core/guest/processes.ts'
import { judgeProcess } from '#core/guest/timekeepers.ts'
import { isVmxTrue, parseVmx, type VmxLine, vmxValue } from '#dialects/hypervisors/vmx.ts'
import { assignedTo, parseEnvironment } from '#dialects/linux/environment-file.ts'
import { hasPrograms } from './daemons/daemons.ts'
import type { Packages } from './daemons/packages.ts'
import { findService, type ServiceNames, type Surroundings } from './daemons/units.ts'
import { findHypervDriver, findHypervModule } from './machine/hyperv-driver.ts'
import { at, fact, findLine, firstThere, textAt } from './place.ts'

interface KnownTool {
  readonly name: string
  readonly packages: readonly string[]
  readonly programs: readonly string[]
  /** Cut to 15 letters. */
  readonly comm: string
  readonly setsTime: (files: Files, seen: Process | undefined) => GuestTool['setsTime']
  /** How it is started, of those that set the clock as soon as they are. */
  readonly service?: ServiceNames
}

const VMWARE = 'vmtoolsd'
const VBOX_SERVICE = ['/usr/sbin/VBoxService', '/usr/bin/VBoxService']

const KNOWN: readonly KnownTool[] = [
  {
    name: VMWARE,
    packages: ['open-vm-tools', 'VMwareTools', 'vmware-tools'],
    programs: ['/usr/bin/vmtoolsd', '/usr/sbin/vmtoolsd'],
    comm: 'vmtoolsd',
    setsTime: vmwareSetsTime,
  },
  {
    name: 'vmware-guestd',
    packages: [],
    programs: ['/usr/sbin/vmware-guestd'],
    comm: 'vmware-guestd',
    setsTime: vmwareSetsTime,
  },
  {
    name: 'VBoxService',
    packages: ['virtualbox-guest-utils'],
    programs: VBOX_SERVICE,
    comm: 'VBoxService',
    // It compares every ten seconds, unless it is told not to.
    setsTime: (_, seen) => seen && fact(judged(seen) ? 'periodically' : 'no', placeOf(seen)),
    // Debian's and Ubuntu's, that of Fedora and Arch, and Oracle's own.
    service: {
      units: ['virtualbox-guest-utils.service', 'vboxservice.service', 'vboxadd-service.service'],
      scripts: ['virtualbox-guest-utils', 'vboxadd-service'],
      options: [],
      programs: VBOX_SERVICE,
    },
  },
  {
    name: 'qemu-ga',
    packages: ['qemu-guest-agent'],
    programs: ['/usr/bin/qemu-ga', '/usr/sbin/qemu-ga'],
    comm: 'qemu-ga',
    setsTime: agentSetsTime,
  },
  {
    name: 'prltoolsd',
    packages: [],
    programs: ['/usr/bin/prltoolsd'],
    comm: 'prltoolsd',
    setsTime: () => undefined,
  },
  {
    name: 'xe-daemon',
    packages: ['xe-guest-utilities', 'xen-guest-agent'],
    programs: ['/usr/sbin/xe-daemon', '/usr/sbin/xen-guest-agent'],
    comm: 'xe-daemon',
    setsTime: (_, seen) => seen && fact('no', placeOf(seen)),
  },
  {
    name: 'google_guest_agent',
    packages: ['google-guest-agent', 'google-compute-engine'],
    programs: ['/usr/bin/google_guest_agent', '/usr/bin/google_clock_skew_daemon'],
    comm: 'google_guest_ag',
    setsTime: googleSetsTime,
  },
]

export interface ToolContext extends Omit<Surroundings, 'seen' | 'programs'> {
  readonly packages: Packages
  /** Where processes were to be seen. */
  readonly processes: string | undefined
  /** Jobs that switch the periodic synchronisation of VMware Tools on. */
  readonly switches: readonly ClockJob[]
}

export function findTools(files: Files, context: ToolContext): GuestTool[] {
  const processes = processesNamed(files, comm => KNOWN.some(known => known.comm === comm))
  const tools = KNOWN.flatMap(known => {
    const seen = processes.find(({ comm }) => comm === known.comm)
    const switches = known.name === VMWARE ? context.switches : []
    const installed =
      findInstalled(files, known, context.packages) ??
      switches.map(({ command }) => fact(command.value, ...command.evidence))[0] ??
      (known.name === VMWARE && !processes.some(isVmware) ? findAsked(files, context) : undefined)
    if (!seen && !installed) return []
    const told = {
      name: known.name,
      installed,
      runs: seen ? fact(true, placeOf(seen)) : isVmware(known) ? findMissing(context) : undefined,
      setsTime: known.setsTime(files, seen),
    }
    if (switches.length > 0) return [switchedOn(told, switches)]
    return [{ ...told, ...(known.service && startedBy(files, known.service, seen, context)) }]
  })
  return [...tools, ...hypervDriver(files, context)]
}

/** The one of its days and the one before. */
const isVmware = ({ comm }: { readonly comm: string }): boolean => /^vm(?:toolsd|ware-guestd)$/.test(comm)

/** What the host has them do they do when they run; nobody in a whole list of processes is one of them. */
const findMissing = ({ processes }: ToolContext): Fact<boolean> | undefined =>
  processes === undefined ? undefined : fact(false, at(processes, 'no process of VMware Tools'))

/** What is there to be asked is a part of the tools; and whom the host has set the clock are they. */
function findAsked(files: Files, { hypervisor }: ToolContext): Fact<string> | undefined {
  const asked = findLine(files, TIMESYNC, ASKED)
  if (asked) return fact('vmware-toolbox-cmd', asked.place)
  const told = hypervisor?.value.name === 'vmware' ? findSyncTime(files) : undefined
  return told && isVmxTrue(told.value.value) ? fact('the .vmx file', ...told.evidence) : undefined
}

/** Where somebody lays the configuration of the guest, which is a file of its host, into a collection of the guest's files. */
const BESIDE = ['/', '/root']

function findSyncTime(files: Files): Fact<VmxLine> | undefined {
  if (files.own) return undefined
  const [path, ...more] = BESIDE.flatMap(folder =>
    files
      .names(folder)
      .filter(name => name.endsWith('.vmx'))
      .map(name => `${folder.replace(/\/$/, '')}/${name}`),
  )
  // Of several nobody knows which one is this guest's.
  const said =
    path === undefined || more.length > 0
      ? undefined
      : vmxValue(parseVmx(textAt(files, path) ?? ''), 'tools.syncTime')
  return said && fact(said, at(path!, said.text, said.line))
}

/** What is told so again and again does it, whatever it said when it was asked; its own file comes first. */
function switchedOn(tool: GuestTool, jobs: readonly ClockJob[]): GuestTool {
  const off = tool.setsTime?.evidence.some(({ path }) => TOOLS_CONF.includes(path)) ?? false
  const places = jobs.flatMap(({ command }) => command.evidence)
  const asked = tool.setsTime && !jobs.some(({ repeats }) => repeats)
  return off || asked ? tool : { ...tool, setsTime: fact('periodically', ...places), switchedOn: jobs }
}

/** What nobody saw run it does when it is started: as its unit has it, and under its conditions. */
function startedBy(
  files: Files,
  names: ServiceNames,
  running: Process | undefined,
  context: ToolContext,
): Partial<Pick<GuestTool, 'unit' | 'enabled' | 'setsTime'>> {
  const seen = context.processes !== undefined
  const service = findService(files, names, { ...context, seen, programs: hasPrograms(files) })
  if (running) return service ? { unit: service.unit } : {}
  const enabled = service?.enabled
  if (!service || !enabled) return { setsTime: undefined }
  const words = service.unit.starts?.value ?? []
  const held = service.unit.conditions.some(({ met }) => met === false)
  const runs = !seen && enabled.value && !held
  const sets = judgeProcess(words[0]?.replace(/^.*\//, '') ?? '', words)?.disciplines ?? true
  return {
    unit: service.unit,
    enabled,
    setsTime: runs ? fact(sets ? 'periodically' : 'no', ...enabled.evidence) : undefined,
  }
}

/**
 * After a pause, a restore or a migration the host says what time it is, and the driver sets the clock. Where nobody saw the machine
 * run, it is loaded as soon as it does.
 */
function hypervDriver(files: Files, { hypervisor, processes }: ToolContext): GuestTool[] {
  const loaded = findHypervDriver(files)
  const asleep = !loaded && processes === undefined && hypervisor?.value.name === 'hyperv'
  const place = asleep ? findHypervModule(files) : loaded
  if (!place) return []
  return [
    {
      name: 'hv_utils',
      installed: fact('hv_utils', place),
      runs: loaded && fact(true, place),
      setsTime: fact('after-events', place),
    },
  ]
}

const judged = (seen: Process): boolean => judgeProcess(seen.comm, seen.argv, seen.exe)?.disciplines ?? true

const placeOf = (seen: Process): Place => at(seen.path, seen.argv.join(' '), seen.line)

function findInstalled(files: Files, known: KnownTool, packages: Packages): Fact<string> | undefined {
  for (const name of known.packages) {
    const version = packages.get(name)
    if (version) return fact(`${name} ${version.value}`, ...version.evidence)
  }
  const program = firstThere(files, known.programs)
  return program === undefined ? undefined : fact(program, at(program, 'the program is there'))
}

const TOOLS_CONF = ['/etc/vmware-tools/tools.conf']
/** What `vmware-toolbox-cmd timesync status` printed, in a sosreport. */
const ASKED = /^(Enabled|Disabled)\b/
const TIMESYNC = ['sos_commands/vmware/vmware-toolbox-cmd_timesync_status']

function vmwareSetsTime(files: Files): GuestTool['setsTime'] {
  const off = findLine(files, TOOLS_CONF, /^\s*disable-all\s*=\s*true\b/i)
  if (off) return fact('no', off.place)
  const asked = findLine(files, TIMESYNC, ASKED)
  const notPeriodic = findLine(files, TOOLS_CONF, /^\s*disable-periodic\s*=\s*true\b/i)
  if (asked?.match[1] === 'Enabled' && !notPeriodic) return fact('periodically', asked.place)
  const told = asked ? undefined : findSyncTime(files)
  if (told && isVmxTrue(told.value.value) && !notPeriodic) return fact('periodically', ...told.evidence)
  // One-time corrections are the host's choice too, and on unless it says otherwise.
  const place = notPeriodic?.place ?? asked?.place ?? told?.evidence[0]
  return place && fact('after-events', place)
}

const AGENT_OPTIONS: readonly (readonly [path: string, variables: readonly string[]])[] = [
  ['/etc/sysconfig/qemu-ga', ['FILTER_RPC_ARGS', 'BLACKLIST_RPC', 'BLOCK_RPCS']],
  ['/etc/qemu/qemu-ga.conf', []],
]

/** On the host's order (guest-set-time), unless that is blocked on the command line or in its file. */
function agentSetsTime(files: Files, seen: Process | undefined): GuestTool['setsTime'] {
  if (seen && !judged(seen)) return fact('no', placeOf(seen))
  for (const [path, names] of AGENT_OPTIONS) {
    const read = files.read(path)
    if (read.kind !== 'read') continue
    const environment = parseEnvironment(read.text, 'shell')
    for (const name of names) {
      const assigned = assignedTo(environment, name)
      if (assigned && /\bguest-set-time\b/.test(assigned.value) && !/allow/.test(assigned.value))
        return fact('no', at(path, assigned.text, assigned.line))
    }
    const blocked = findLine(files, [path], /^\s*(?:block-rpcs|blacklist)\s*=.*\bguest-set-time\b/)
    if (blocked) return fact('no', blocked.place)
  }
  return seen && fact('when-asked', placeOf(seen))
}

const GOOGLE_CONF = ['/etc/default/instance_configs.cfg']

/** It sets the clock from the RTC when the metadata say that the machine was moved. */
function googleSetsTime(files: Files, seen: Process | undefined): GuestTool['setsTime'] {
  const off = findLine(files, GOOGLE_CONF, /^\s*clock_skew_daemon\s*=\s*false\b/i)
  if (off) return fact('no', off.place)
  return seen && fact('after-events', placeOf(seen))
}
