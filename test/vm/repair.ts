/**
 * `clockwright check` and `clockwright repair` in a real guest of two processors: one is 85 s off and is renewed, or left off
 * line; the clock is 4 s behind and is stepped; a daemon's configuration is edited, and the repair killed. Everything is undone.
 */
import { readFileSync } from 'node:fs'
import type { Bed } from './bed.ts'
import { makeOdd, SOURCE } from './cpus.ts'
import { Guest } from './guest.ts'
import { type Network, SERVER_ADDRESSES } from './network.ts'
import { startHonestServer } from './servers.ts'
import { CLOCKWRIGHT } from './subjects.ts'

interface Trying {
  readonly network: Network
  readonly bed: Bed
  readonly say: (text: string) => void
}

const ONLINE = '/sys/devices/system/cpu/cpu1/online'
const CONF = '/etc/chrony/chrony.conf'
const AMONG = '/bin /etc /root /sbin /usr /var'

/** → whether all was as it should be; what was not is said. */
export async function tryRepair({ network, bed, say }: Trying): Promise<boolean> {
  for (const address of SERVER_ADDRESSES) await startHonestServer(network, bed, address)
  const guest = await Guest.boot(network, bed, { cpus: 2, kernelWords: 'tsc=reliable', say })
  let failures = 0
  const expect = (holds: boolean, what: string, seen: unknown): void => {
    say(`${holds ? 'ok' : 'NOT RIGHT'}: ${what} (${JSON.stringify(seen)})`)
    if (!holds) failures++
  }
  const json = async (command: string) => {
    const { code, stdout, stderr } = await guest.exec(`${CLOCKWRIGHT} ${command}`)
    if (stdout === '') throw new Error(`clockwright ${command}: exit ${code}: ${stderr}`)
    return { code, ...JSON.parse(stdout) }
  }
  const names = async (): Promise<string[]> =>
    (await json('check --json --offline')).findings.map(({ name }: { name: string }) => name)
  try {
    await guest.upload(
      '/etc/clockwright/clockwright.toml',
      SERVER_ADDRESSES.map(address => `[[source]]\naddress = "${address}"\n`).join('\n'),
    )
    await guest.upload(CONF, `# time of this guest\nserver ${SERVER_ADDRESSES[0]} iburst\nmakestep 1 3\n`)

    say('a file is edited, and the repair killed after 0.3, 0.6 … s')
    const before = await listing(guest)
    await guest.exec('chronyd -d -u root -f /etc/chrony/chrony.conf >/dev/null 2>&1 & sleep 2')
    for (const after of [0.3, 0.6, 0.9, 1.2, 1.6, 2, 3]) {
      await guest.exec(
        `${CLOCKWRIGHT} repair --apply --yes --offline --only nothing-recorded >/dev/null 2>&1 & sleep ${after}; kill -9 $!; wait`,
      )
      await guest.exec(`${CLOCKWRIGHT} repair undo`)
      const now = await listing(guest)
      expect(now === before, `undone after a kill at ${after} s, the tree is as it was`, now.length)
    }
    const told = await json('repair --json --apply --yes --offline --only nothing-recorded')
    expect(told.outcome === 'applied', 'not killed, it is applied', told)
    expect(
      (await guest.run(`cat ${CONF}`)).includes('log measurements'),
      'chrony.conf says what to record',
      0,
    )
    await guest.run(`${CLOCKWRIGHT} repair undo`)
    expect((await listing(guest)) === before, 'and undone to the byte', 0)
    await guest.exec('kill $(pidof chronyd)')

    say('processor 1 is 85 s ahead')
    await guest.upload('/root/oddcpu.ko', readFileSync(bed.oddCpu!))
    await guest.run(`insmod /root/oddcpu.ko && echo oddcpu > ${SOURCE}`)
    await makeOdd(guest, 1)
    expect((await names()).includes('cpu-clocks-differ'), 'check sees it', await names())
    const cpus = await json('repair --json --apply --yes --offline --only cpu-clocks-differ')
    expect(cpus.outcome === 'applied', 'it is repaired', cpus)
    expect((await guest.run(`cat ${ONLINE}`)).trim() === '0', 'what still differs is left off line', 0)
    expect(!(await names()).includes('cpu-clocks-differ'), 'check is content', await names())
    await guest.run(`${CLOCKWRIGHT} repair undo`)
    expect((await guest.run(`cat ${ONLINE}`)).trim() === '1', 'undone, it is on line again', 0)
    await guest.run(`echo 0 > /sys/module/oddcpu/parameters/cpus; echo tsc > ${SOURCE}`)

    say('the clock is 4 s behind')
    await guest.run('date -s @$(( $(date +%s) - 4 ))')
    const clock = await json('repair --json --apply --yes --only offset-large-now')
    expect(clock.outcome === 'applied', 'it is stepped', clock)
    const after = await json('check --json')
    expect(Math.abs(after.live.offset) < 0.05, 'and right', after.live.offset)
    const began = performance.now()
    await json('check --json')
    say(`check took ${((performance.now() - began) / 1e3).toFixed(1)} s in this emulated guest`)
  } finally {
    await guest.stop()
  }
  return failures === 0
}

/** Without the journals themselves, and what running programs write. */
const listing = (guest: Guest): Promise<string> =>
  guest.run(
    `find ${AMONG} -type f ! -path '*/clockwright/repairs*' ! -path '/var/run/*' ! -path '/var/lib/chrony/*' | sort | xargs md5sum`,
  )
