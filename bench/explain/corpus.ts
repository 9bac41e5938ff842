/**
 * A year and more of peerstats as five servers of one guest would give it, with a spurious address now and then: the corpus on
 * which census and analysis are timed. Deterministic.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

const SERVERS = ['192.0.2.10', '192.0.2.11', '198.51.100.7', '203.0.113.99', '192.0.2.200']
const SPURIOUS = ['198.51.100.8', '203.0.113.100']
const FIRST_DAY = 61_000
/** Seconds from one line to the next. */
const PACE = 13

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
    if (lines.length === 20_000) {
      written += writeSync(fd, lines.join(''))
      lines = []
    }
  }
  closeSync(fd)
}
