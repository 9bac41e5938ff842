/**
 * Makes a fresh clone ready, on any Node from 20 on: npm packages (with the pinned Node among them), and with
 * `--for-tests` the Debian packages that the tests run against. Does nothing when everything is there already.
 * Plain JavaScript, because it must run before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const mark = join(root, 'node_modules', '.clockwright-installed')
const pinnedNode = join(root, 'node_modules', 'node', 'bin', 'node')

checkNode()
installPackages()
if (process.argv.includes('--for-tests')) await (await import('./debian.js')).provideDebianPackages(root)

function checkNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) fail(`clockwright needs Node 20 or newer to install itself; this is ${process.version}`)
}

function installPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const have = existsSync(mark) ? readFileSync(mark, 'utf8') : ''
  if (have === wanted && existsSync(pinnedNode)) return
  console.error('clockwright: installing npm packages …')
  const npm = process.env.npm_execpath
  const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }
  const done = npm
    ? spawnSync(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'], options)
    : spawnSync('npm', ['ci', '--no-audit', '--no-fund'], options)
  if (done.status !== 0) fail('npm ci failed; see above')
  if (!existsSync(pinnedNode)) fetchPinnedNode(options)
  writeFileSync(mark, wanted)
}

/** npm may be set not to run install scripts; the pinned Node is unpacked by one. */
function fetchPinnedNode(options) {
  const folder = join(root, 'node_modules', 'node')
  spawnSync(process.execPath, ['installArchSpecificPackage.js'], { ...options, cwd: folder })
  if (!existsSync(pinnedNode))
    fail('the pinned Node (npm package `node`) could not be installed for this platform')
}

function fail(message) {
  console.error(`clockwright: ${message}`)
  process.exit(1)
}
