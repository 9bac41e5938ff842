/** Devices by which a guest can see the host's clock, or that it was disturbed. */
import type { Files } from '#core/guest/files.ts'
import type { Fact, PtpDevice } from '#core/guest/inventory.ts'
import { READINGS } from '../copy/readings.ts'
import { at, fact, wholeFile } from '../place.ts'

export function findPtpDevices(files: Files): PtpDevice[] | undefined {
  const named = files.names('dev').filter(name => /^ptp_/.test(name))
  const numbered = files.names(PTP).filter(name => /^ptp\d+$/.test(name))
  const devices = numbered.flatMap(name => {
    const clock = wholeFile(files, `${PTP}/${name}/clock_name`)
    if (!clock) return []
    const links = named.filter(link => files.link(`dev/${link}`)?.replace(/^.*\//, '') === name)
    return [{ device: `/dev/${name}`, clock, links: links.map(link => `/dev/${link}`) }]
  })
  const isEmpty = numbered.length === 0 && showsDevices(files)
  return devices.length > 0 || isEmpty ? devices : undefined
}

const PTP = '/sys/class/ptp'

/** A kernel without a single one may lack the folder; `clockwright collect` writes no empty one. */
const showsDevices = (files: Files): boolean =>
  files.exists(PTP) || ((files.own || files.exists(READINGS)) && files.exists('/sys/class'))

export function findVmclock(files: Files): Fact<string> | undefined {
  const path = ['/dev/vmclock0', '/sys/class/misc/vmclock0'].find(each => files.exists(each))
  return path === undefined ? undefined : fact('/dev/vmclock0', at(path, 'it is there'))
}

/** The driver is bound to a device of the ACPI tables, whatever that is called there. */
export function findVmgenid(files: Files): Fact<string> | undefined {
  for (const bus of ['acpi', 'platform']) {
    const driver = `sys/bus/${bus}/drivers/vmgenid`
    const device = files.names(driver).find(name => /^[\w.-]+:\d+$/.test(name))
    if (device && files.exists(`${driver}/${device}`))
      return fact(device, at(`${driver}/${device}`, 'the driver is bound to it'))
  }
  return undefined
}
