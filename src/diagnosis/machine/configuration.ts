/**
 * The linter's findings about the configuration of one machine: its files, judged with what is known of its daemons, kernel and
 * hypervisor. Files are those that decide something here; evidence and edits name them by their paths.
 */
import type { Files } from '#core/guest/files.ts'
import type { HypervisorFact, Inventory, Place } from '#core/guest/inventory.ts'
import type { Finding } from '../finding.ts'
import { type About, DAEMONS, type DaemonName } from '../lint/about.ts'
import type { LintFile } from '../lint/file-kind.ts'
import { lint } from '../lint/lint.ts'
import type { Action } from '../repair/action.ts'
import { isOfDistribution } from '../repair/drop-in.ts'
import { isActive } from './subject.ts'

export function lintMachine(inventory: Inventory, files: Files): Finding[] {
  const read = filesOf(inventory).flatMap((path): LintFile[] => {
    const found = files.read(path)
    return found.kind === 'read' ? [{ path, text: found.text }] : []
  })
  return lint(read, aboutOf(inventory)).map(finding => placed(finding, read))
}

/** Scripts that start a daemon are no configuration. */
const CONFIGURATION = /^\/(?:etc(?!\/(?:rc\.d\/)?init\.d\/)|boot|usr\/lib|lib|run)\//

/** Of daemons that are there and not used nothing is asked; two that are used are judged together. */
function filesOf({ daemons, sysctls, boot, rtc }: Inventory): string[] {
  const used = daemons.filter(isActive)
  const places: readonly (readonly Place[] | undefined)[] = [
    ...used.map(({ commandLine }) => commandLine?.evidence),
    ...used.map(({ unit }) => unit?.conditions.map(({ evidence }) => evidence)),
    ...sysctls.flatMap(({ set }) => set.map(({ evidence }) => evidence)),
    boot.entries.flatMap(({ kernel, hypervisor }) =>
      [kernel?.evidence, hypervisor?.evidence].filter(place => place !== undefined),
    ),
    boot.defaults.map(({ evidence }) => evidence),
    rtc.mode?.evidence,
  ]
  const paths = [
    ...used.flatMap(({ configuration }) => configuration.map(({ path }) => path)),
    ...places.flatMap(each => each ?? []).map(({ path }) => path),
  ]
  return [...new Set(paths)].filter(path => CONFIGURATION.test(path))
}

function aboutOf({ daemons, hypervisor, kernel }: Inventory): About {
  return {
    daemons: daemons
      .filter(isActive)
      .filter(({ name }) => (DAEMONS as readonly string[]).includes(name))
      .map(({ name, version }) => ({ name: name as DaemonName, version: version?.value })),
    hypervisor: hypervisorOf(hypervisor?.value),
    kernel: kernel.release?.value,
    architecture: kernel.architecture?.value,
  }
}

/** The control domain of Xen is the host, which nobody pauses. */
function hypervisorOf(hypervisor: HypervisorFact | undefined): string | undefined {
  if (hypervisor?.controlDomain) return 'none'
  return hypervisor?.name === 'unknown' ? undefined : hypervisor?.name
}

/** What the distribution brings is not edited, it would come back with its next version; a unit of it can be overruled. */
const isOurs = (path: string): boolean =>
  path.startsWith('/etc/') || path.startsWith('/boot/') || isOfDistribution(path)

function placed(finding: Finding, files: readonly LintFile[]): Finding {
  const { edits = [], ...remedy } = finding.remedy
  const actions = edits.flatMap(({ file, ...edit }): Action[] => {
    const path = files[file]?.path
    return path !== undefined && isOurs(path) ? [{ kind: 'edit', file: path, edit }] : []
  })
  return {
    ...finding,
    evidence: finding.evidence.map(({ file, ...evidence }) => {
      const path = file === undefined ? undefined : files[file]?.path
      return path === undefined ? evidence : { ...evidence, path }
    }),
    remedy: { ...remedy, actions: [...(remedy.actions ?? []), ...actions] },
  }
}
