/**
 * `npm run test:vm`: real guests, in virtual machines, whose clocks are disturbed while a timekeeper keeps them.
 * Provides what that needs (`--prepare`: and nothing more), then runs test/vm/main.ts under the pinned Node.
 * Plain JavaScript, because it must run before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const node = join(root, 'node_modules', 'node', 'bin', 'node')
const args = process.argv.slice(2)
const vmclock = args.includes('--vmclock')
const cpus = args.includes('--cpus') || args.includes('--repair')
const inits = args.includes('--inits')
/** The exit code of a machine on which there can be no guests. */
const NOT_HERE = 3

if (!args.includes('--help') && !args.includes('-h')) await prepare()
if (!args.includes('--prepare')) run()

async function prepare() {
  const installed = spawnSync(process.execPath, [join(root, 'tools/install.js')], { stdio: ['ignore', 2, 2] })
  if (installed.status !== 0) process.exit(1)
  const { provideKernelHeaders, provideVmPackages, NotHere } = await import('./vm-packages.js')
  const { makeImages, makeOddCpu, makeProgram } = await import('./vm-image.js')
  const cache = join(root, '.cache', 'vm')
  try {
    mkdirSync(cache, { recursive: true })
    const packages = provideVmPackages(cache, { vmclock })
    const bed = { ...packages, ...makeImages(root, cache, packages), program: makeProgram(root, cache) }
    if (cpus) bed.oddCpu = makeOddCpu(root, cache, provideKernelHeaders(cache, packages.kernel))
    if (inits) {
      const { INITS, makeInitRoot } = await import('./vm-inits.js')
      bed.roots = Object.fromEntries(Object.keys(INITS).map(init => [init, makeInitRoot(root, cache, init)]))
    }
    const variant = vmclock ? '-vmclock' : cpus ? '-cpus' : inits ? '-inits' : ''
    const file = join(cache, `bed${variant}.json`)
    writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(bed, null, 2)}\n`)
    renameSync(`${file}.${process.pid}`, file)
  } catch (error) {
    if (!(error instanceof NotHere)) throw error
    console.error(`clockwright: no virtual machines here: ${error.message}`)
    process.exit(NOT_HERE)
  }
}

/** Ctrl-C reaches both; it is the bed that ends, and says how. */
function run() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => bed.kill(signal))
  const bed = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, 'test/vm/main.ts'), ...args], {
    stdio: 'inherit',
  })
  bed.on('close', (code, signal) => process.exit(code ?? (signal ? 130 : 1)))
}
