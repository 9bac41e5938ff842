/** Devices by which a guest can see the host's clock, or that it was disturbed. */
import type { Files } from '#core/guest/files.ts'
import type { Fact, PtpDevice } from '#core/guest/inventory.ts'
import { at, fact, wholeFile } from './place.ts'

export function findPtpDevices(files: Files): PtpDevice[] {
  const named = files.names('dev').filter(name => /^ptp_/.test(name))
  return files.names('sys/class/ptp').flatMap(name => {
    const clock = wholeFile(files, `sys/class/ptp/${name}/clock_name`)
    if (!clock || !/^ptp\d+$/.test(name)) return []
    const links = named.filter(link => files.link(`dev/${link}`)?.replace(/^.*\//, '') === name)
    return [{ device: `/dev/${name}`, clock, links: links.map(link => `/dev/${link}`) }]
  })
}

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
