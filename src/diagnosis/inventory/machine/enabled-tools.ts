/**
 * Whose guest a mere disk is presumed to be: that of the hypervisor whose tools are started with it, where those of one alone are.
 * Images that are made for several have the tools of several; Ubuntu comes with those of VMware everywhere.
 */
import type { Files } from '#core/guest/files.ts'
import type { Fact } from '#core/guest/inventory.ts'
import { copyKind } from '../copy/copy-kind.ts'
import { wantedByLink } from '../daemons/units.ts'
import { fact } from '../place.ts'

const UNITS: Readonly<Record<string, readonly string[]>> = {
  vmware: ['vmtoolsd.service', 'open-vm-tools.service', 'vmware-tools.service'],
  virtualbox: ['vboxservice.service', 'vboxadd-service.service', 'virtualbox-guest-utils.service'],
  parallels: ['prltoolsd.service'],
  hyperv: ['hypervkvpd.service', 'hv-kvp-daemon.service'],
  kvm: ['qemu-guest-agent.service'],
}

const EVERYWHERE = 'ubuntu'

export function fromEnabledTools(files: Files, distribution: string | undefined): Fact<string> | undefined {
  if (copyKind(files) !== 'disk' || distribution === EVERYWHERE) return undefined
  const wanted = Object.entries(UNITS).flatMap(([name, units]) => {
    const link = wantedByLink(files, units)
    return link?.value ? [fact(name, ...link.evidence)] : []
  })
  return wanted.length === 1 ? wanted[0] : undefined
}
