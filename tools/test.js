/** All the checks, in the order in which they fail fastest: style, types, tests, the built package. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const node = join(root, 'node_modules', 'node', 'bin', 'node')
const bin = name => join(root, 'node_modules', '.bin', name)
// No test may set the clock of the machine that it runs on.
const env = { ...process.env, CLOCKWRIGHT_NEVER_STEER: '1', PATH: `${dirname(node)}:${process.env.PATH}` }

const checks = [
  ['style', [bin('biome'), 'ci', '--error-on-warnings', '.']],
  ['types', [bin('tsc'), '-p', 'tsconfig.json']],
  ['types of the pure rooms', [bin('tsc'), '-p', 'tsconfig.pure.json']],
  ['types of the page', [bin('tsc'), '-p', 'tsconfig.page.json']],
  ['tests', [bin('vitest'), 'run', ...process.argv.slice(2)]],
]

for (const [name, [program, ...args]] of checks) {
  console.error(`\n── ${name}`)
  const started = process.hrtime.bigint()
  const done = spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  console.error(
    `── ${name}: ${done.status === 0 ? 'ok' : 'FAILED'}, ${Number((process.hrtime.bigint() - started) / 1_000_000_000n)} s`,
  )
  if (done.status !== 0) process.exit(done.status ?? 1)
}
