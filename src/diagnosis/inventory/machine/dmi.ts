/**
 * Who made the machine, as its DMI table says: from /sys, or from where others have written it down. `dmidecode` stands in
 * sosreports. The kernel says `DMI: VENDOR PRODUCT/BOARD, BIOS VERSION DATE` as it starts (dmi_scan.c), with nothing between
 * vendor and product, so only vendors that are known can be told from their products.
 */
import type { Files } from '#core/guest/files.ts'
import { DMI_FIELDS, type DmiField, dmiPath } from '#core/guest/hypervisor.ts'
import type { KernelMessage, Place } from '#core/guest/inventory.ts'
import { at, linesIn, wholeFile } from '../place.ts'

export type Dmi = readonly { readonly field: DmiField; readonly value: string; readonly place: Place }[]

export function findDmi(files: Files, messages: readonly KernelMessage[]): Dmi {
  const places = [fromSys(files), fromDmidecode(files), fromMessages(messages)]
  return places.find(({ length }) => length > 0) ?? []
}

const fromSys = (files: Files): Dmi =>
  DMI_FIELDS.flatMap(field => {
    const found = wholeFile(files, dmiPath(field))
    return found ? [{ field, value: found.value, place: at(dmiPath(field), found.value) }] : []
  })

const DMIDECODE = ['sos_commands/hardware/dmidecode', 'dmidecode']

/** By the heading of a structure and the name of a value in it. */
const DECODED: Readonly<Record<DmiField, readonly [heading: string, name: string]>> = {
  vendor: ['System Information', 'Manufacturer'],
  product: ['System Information', 'Product Name'],
  bios: ['BIOS Information', 'Vendor'],
  board: ['Base Board Information', 'Manufacturer'],
  chassis: ['Chassis Information', 'Asset Tag'],
}

export const isOfDmi = (line: string): boolean =>
  Object.values(DECODED).some(([heading, name]) => line === heading || line.startsWith(`\t${name}:`))

function fromDmidecode(files: Files): Dmi {
  const path = DMIDECODE.find(files.exists)
  if (path === undefined) return []
  let heading = ''
  const found = linesIn(files, path).flatMap((text, index) => {
    if (/^\S/.test(text)) heading = text.trim()
    const [, name, value] = /^\s+([^:]+): (.*\S)/.exec(text) ?? []
    const field = DMI_FIELDS.find(each => DECODED[each][0] === heading && DECODED[each][1] === name)
    return field && value !== undefined ? [{ field, value, place: at(path, text.trim(), index + 1) }] : []
  })
  return DMI_FIELDS.flatMap(field => found.find(each => each.field === field) ?? [])
}

const SAID = /\bDMI: +(\S.*), BIOS /
const VENDORS =
  /^(QEMU|Red Hat|VMware, Inc\.|innotek GmbH|Amazon EC2|Google|Microsoft Corporation|Xen|OpenStack Foundation|oVirt|Parallels[^/]*?(?:GmbH\.|Inc\.)|DigitalOcean|Hetzner|Alibaba Cloud|Tencent Cloud|Nutanix|Cloud Hypervisor|FreeBSD|Bochs) (.*)$/

function fromMessages(messages: readonly KernelMessage[]): Dmi {
  for (const { evidence } of messages) {
    const machine = SAID.exec(evidence.text)?.[1]?.replace(/\/[^/]*$/, '')
    if (machine === undefined) continue
    const [, vendor = machine, product = ''] = VENDORS.exec(machine) ?? []
    return [
      { field: 'vendor', value: vendor, place: evidence },
      ...(product ? [{ field: 'product' as const, value: product, place: evidence }] : []),
    ]
  }
  return []
}
