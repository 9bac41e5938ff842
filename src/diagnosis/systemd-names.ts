/**
 * What systemd calls the hypervisors of the inventory (systemd-detect-virt(1)); older versions have fewer names, and call what
 * is KVM below a cloud's own name `kvm`.
 */
export const SYSTEMD_NAMES: Readonly<Record<string, readonly string[]>> = {
  kvm: ['kvm', 'qemu', 'amazon', 'google'],
  firecracker: ['kvm', 'amazon'],
  vmware: ['vmware'],
  hyperv: ['microsoft'],
  'xen-pv': ['xen'],
  'xen-hvm': ['xen'],
  virtualbox: ['oracle'],
  bhyve: ['bhyve'],
  parallels: ['parallels'],
}
