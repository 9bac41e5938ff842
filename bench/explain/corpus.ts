/** The logs on which reading is timed, as ntpd would write them. Deterministic. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

const SERVERS = ['192.0.2.10', '192.0.2.11', '198.51.100.7', '203.0.113.99', '192.0.2.200']
const SPURIOUS = ['198.51.100.8', '203.0.113.100']
const FIRST_DAY = 61_000
/** Seconds from one line to the next. */
const PACE = 13
const LINES_AT_ONCE = 1000

/** A year and more of peerstats of five servers, with a spurious address now and then. */
export function writeCorpus(path: string, bytes: number): void {
  const random = xoroshiro128plus(2026)
  const uniform = () => (random.next() >>> 0) / 2 ** 32
  const fd = openSync(path, 'w')
  let lines: string[] = []
  let [written, seconds] = [0, 0]
  for (let i = 0; written < bytes; i++) {
    seconds += PACE * (0.9 + 0.2 * uniform())
    const server = uniform() < 2e-4 ? SPURIOUS[i & 1]! : SERVERS[i % SERVERS.length]!
    const offset = (uniform() + uniform() + uniform() - 1.5) * 4e-4 + 3e-4 * Math.sin(seconds / 9000)
    const delay = 2.1e-3 + 2e-4 * (i % SERVERS.length) + 1e-4 * -Math.log(uniform() + 1e-9)
    lines.push(
      `${FIRST_DAY + Math.floor(seconds / 86_400)} ${(seconds % 86_400).toFixed(3)} ${server} 9414 ${offset.toFixed(9)} ${delay.toFixed(9)} ${(1e-3 + uniform() * 1e-3).toFixed(9)} ${(uniform() * 2e-4).toFixed(9)}\n`,
    )
    if (lines.length === LINES_AT_ONCE) {
      written += writeSync(fd, lines.join(''))
      lines = []
    }
  }
  closeSync(fd)
}

/** Loopstats, and on request peerstats, a file a day from the first day of 2026 on, a line each so many seconds. */
export function writeDays(
  folder: string,
  { days, pace, peers }: { days: number; pace: number; peers: boolean },
): void {
  const random = xoroshiro128plus(2026)
  const noise = () => ((random.next() >>> 0) / 2 ** 32 + (random.next() >>> 0) / 2 ** 32 - 1) * 2e-4
  mkdirSync(folder)
  for (let day = 0; day < days; day++) {
    const loop: string[] = []
    const peer: string[] = []
    for (let seconds = 0; seconds < 86_400; seconds += pace) {
      const stamp = `${61_041 + day} ${(seconds + 0.031).toFixed(3)}`
      loop.push(`${stamp} ${noise().toFixed(9)} ${(12.3 + 50 * noise()).toFixed(3)} 0.000100000 0.012300 6\n`)
      const server = SERVERS[(seconds / pace) % SERVERS.length]!
      const delay = (2.1e-3 + Math.abs(noise())).toFixed(9)
      if (peers) peer.push(`${stamp} ${server} 9414 ${noise().toFixed(9)} ${delay} 0.001000000 0.000100000\n`)
    }
    const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10).replaceAll('-', '')
    writeFileSync(join(folder, `loopstats.${date}`), loop.join(''))
    if (peers) writeFileSync(join(folder, `peerstats.${date}`), peer.join(''))
  }
}
