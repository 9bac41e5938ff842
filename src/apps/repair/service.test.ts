/** Services as scripts that start and end a real process, which has the name of a daemon that nobody here uses. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from './live-change.ts'
import { provesEnded, provesToRun, tellService, untellService } from './service.ts'

const folder = mkdtempSync(join(tmpdir(), 'clockwright-service-'))
const services: (readonly string[])[] = []
afterAll(async () => {
  for (const stop of services) await run(stop)
  rmSync(folder, { recursive: true })
})

/** As scripts of SysV init are: `stop` does not wait, `start` refuses what runs, and what is started keeps the output open. */
function makeService(program: string, lasts = '60') {
  copyFileSync('/bin/sleep', join(folder, program))
  const script = join(folder, `${program}.sh`)
  writeFileSync(
    script,
    `cd ${folder}
     case $1 in
       start)
         [ -e ${program}.pid ] && grep -qz . /proc/$(cat ${program}.pid)/cmdline && exit 1
         ./${program} ${lasts} & echo $! >${program}.pid ;;
       stop) p=$(cat ${program}.pid) && (sleep 0.4; kill $p) >/dev/null 2>&1 & ;;
     esac`,
  )
  const [start, stop] = [
    ['sh', script, 'start'],
    ['sh', script, 'stop'],
  ] as const
  services.push(stop)
  return { program, start, stop }
}

/** On a busy machine a process may take its time. */
describe.concurrent('a service', { timeout: 30_000 }, () => {
  test('is started anew only when the old one is gone', async () => {
    const service = makeService('htpdate')
    expect(await tellService({ ...service, told: 'start' })).toBeUndefined()
    expect(await tellService({ ...service, told: 'start' })).toContain('start')
    expect(await tellService({ ...service, told: 'restart' })).toBeUndefined()
    expect(await untellService({ ...service, told: 'start' })).toBeUndefined()
    expect(await provesEnded(service.program, 0)).toBeUndefined()
  })

  test('is started again after a stop that was announced and never came', async () => {
    const service = makeService('ptpd')
    expect(await tellService({ ...service, told: 'start' })).toBeUndefined()
    expect(await untellService({ ...service, told: 'stop' })).toBeUndefined()
  })

  test('that ends itself does not run', async () => {
    const service = makeService('sfptpd', '1')
    expect(await tellService({ ...service, told: 'start' })).toBeUndefined()
    expect(await provesToRun(service.program, 1)).toBe('sfptpd ended itself within 2.00 s')
    expect(await provesToRun(service.program, 0)).toMatch(/does not run/)
  })
})
