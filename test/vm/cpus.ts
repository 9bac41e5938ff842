/**
 * Field report 003, for real: a guest of two processors, of which one is 85 s off. A clock source of ours makes it so
 * (oddcpu.c); GNU date in the guest sees it without us. Then `clockwright cpus` must name the odd one, by how much, and
 * `with-cpus good` must avoid it; and the same once more with the other processor, which Linux lets nobody take off-line.
 */
import { readFileSync } from 'node:fs'
import type { Seconds } from '#core/time/units.ts'
import type { Bed } from './bed.ts'
import { Guest } from './guest.ts'
import type { Network } from './network.ts'
import { CLOCKWRIGHT } from './subjects.ts'

interface Trying {
  readonly network: Network
  readonly bed: Bed
  readonly say: (text: string) => void
}

const AHEAD: Seconds = 85
const NEAR: Seconds = 0.1
export const SOURCE = '/sys/devices/system/clocksource/clocksource0/current_clocksource'
/** GNU's: the shell would take its own by the name, and that one reads the seconds of the last tick. */
const DATE = '/usr/bin/date'
const ONLINE = '/sys/devices/system/cpu/cpu1/online'

/** → whether all was as it should be; what was not is said. */
export async function tryOddCpus({ network, bed, say }: Trying): Promise<boolean> {
  const guest = await Guest.boot(network, bed, { cpus: 2, kernelWords: 'tsc=reliable', say })
  let failures = 0
  const expect = (holds: boolean, what: string, seen: unknown): void => {
    say(`${holds ? 'ok' : 'NOT RIGHT'}: ${what} (${JSON.stringify(seen)})`)
    if (!holds) failures++
  }
  try {
    const agreeing = await compare(guest)
    expect(agrees(agreeing), 'two processors that agree are found to agree', agreeing.code)
    expect(
      Math.abs(agreeing.cpus[1]!.offset) <= agreeing.cpus[1]!.bound,
      'their difference is within its bound',
      agreeing.cpus[1],
    )

    await guest.upload('/root/oddcpu.ko', readFileSync(bed.oddCpu!))
    await guest.run(`insmod /root/oddcpu.ko && echo oddcpu > ${SOURCE}`)
    for (const odd of [1, 0]) {
      const good = 1 - odd
      await makeOdd(guest, odd)
      say(`processor ${odd} is ${AHEAD} s ahead`)
      const dates = [await dateOn(guest, 0), await dateOn(guest, 1)]
      const apart = dates[odd]! - dates[good]!
      expect(Math.abs(apart - AHEAD) < 60, 'date, bound to each of them, shows it', apart)

      const told = await compare(guest)
      const finding = told.findings.find(({ name }) => name === 'cpu-clocks-differ')
      expect(told.code === 2, 'it is critical', told.code)
      expect(finding?.measures.cpu === odd, 'the odd one is named', finding?.what)
      const { offset, bound } = told.cpus[odd]!
      expect(Math.abs(offset + AHEAD) < NEAR && bound < NEAR, 'and by how much', { offset, bound })
      expect(
        told.blips.some(({ cpu, size }) => cpu === odd && Math.abs(size + AHEAD) < NEAR),
        'and seen going back',
        told.blips,
      )
      say(`evidence: ${JSON.stringify(finding?.evidence.map(({ text }) => text))}`)

      const kept = await guest.run(
        `${CLOCKWRIGHT} with-cpus good -- grep Cpus_allowed_list /proc/self/status`,
      )
      expect(kept.trim().split(/\s+/)[1] === `${good}`, 'with-cpus good avoids it', kept.trim())
      const loose = await backwards(guest, '')
      const bound_ = await backwards(guest, `${CLOCKWRIGHT} with-cpus good --`)
      expect(loose > 0, 'a loop of date that is moved about goes back', loose)
      expect(bound_ === 0, 'with-cpus good keeps it from that', bound_)
    }

    await makeOdd(guest, 1)
    await guest.run(`echo tsc > ${SOURCE}`)
    const cured = await compare(guest)
    expect(agrees(cured), 'another clock source, as the finding says, cures it', cured.cpus)
    await guest.run(`echo oddcpu > ${SOURCE}`)
    await guest.run(`echo 0 > ${ONLINE}`)
    const alone = await compare(guest)
    expect(agrees(alone) && alone.cpus.length === 1, 'off-line, it is not there to disagree', alone.cpus)
    await guest.run(`echo 1 > ${ONLINE}`)
  } finally {
    await guest.stop()
  }
  return failures === 0
}

/** By the mask of the module: a bit for each. */
export async function makeOdd(guest: Guest, cpu: number): Promise<void> {
  const parameters = '/sys/module/oddcpu/parameters'
  await guest.run(`echo ${1 << cpu} > ${parameters}/cpus; echo ${1e3 * AHEAD} > ${parameters}/ahead_ms`)
}

interface Told {
  readonly code: number
  readonly cpus: readonly { readonly offset: Seconds; readonly bound: Seconds }[]
  readonly blips: readonly { readonly cpu: number; readonly size: Seconds }[]
  readonly findings: readonly {
    readonly name: string
    readonly what: string
    readonly measures: { readonly cpu?: number }
    readonly evidence: readonly { readonly text: string }[]
  }[]
}

/** On a busy host its timers are late, and that is found too. */
const agrees = ({ findings }: Told): boolean => findings.every(({ name }) => name === 'timers-late')

/** A guest is emulated, and reads its clock 300 times more slowly: so it looks longer. */
async function compare(guest: Guest): Promise<Told> {
  const { code, stdout, stderr } = await guest.exec(`${CLOCKWRIGHT} cpus --json --time 4s`)
  if (stdout === '') throw new Error(`clockwright cpus: exit ${code}: ${stderr}`)
  return { code, ...JSON.parse(stdout) }
}

const dateOn = async (guest: Guest, cpu: number): Promise<Seconds> =>
  Number(await guest.run(`taskset ${1 << cpu} ${DATE} +%s.%N`))

/** How often a loop of date, moved from one processor to the other as it may be, sees an earlier time. */
async function backwards(guest: Guest, before: string): Promise<number> {
  await guest.upload(
    '/root/loop.sh',
    `for i in $(seq 40); do taskset -p $((1 + i % 2)) $$ >/dev/null 2>&1; ${DATE} +%s.%N; done\n`,
  )
  // Under with-cpus the shell is kept to the good ones, and must not move itself away.
  const script =
    before === '' ? 'sh /root/loop.sh' : `${before} sh -c 'for i in $(seq 40); do ${DATE} +%s.%N; done'`
  const times = (await guest.run(script)).trim().split('\n').map(Number)
  return times.filter((time, i) => i > 0 && time < times[i - 1]!).length
}
