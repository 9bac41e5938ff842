/**
 * The real programs that the tests run against: Debian's chromium and iproute2, and chronyd and ntpd (ntpsec).
 * The two daemons are only unpacked below `.cache/debian`, never installed: installing one would start it, and it
 * would begin to set the clock of whoever runs the tests.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const INSTALLED = [
  { program: 'chromium', package: 'chromium' },
  { program: 'ip', package: 'iproute2' },
  { program: 'tc', package: 'iproute2' },
  { program: 'fc-list', package: 'fontconfig' },
]
const FONTS = 'fonts-dejavu-core'
/** The daemons, and the libraries that they link to beyond what every Debian has. */
const UNPACKED = [
  'chrony',
  'ntpsec',
  'libedit2',
  'libbsd0',
  'libmd0',
  'libnettle8',
  'libhogweed6',
  'libgnutls30',
  'libgmp10',
  'libp11-kit0',
  'libidn2-0',
  'libunistring2',
  'libtasn1-6',
  'libffi8',
  'libseccomp2',
  'libcap2',
  'libssl3',
  'libtinfo6',
]

export async function provideDebianPackages(root) {
  const missing = missingPackages()
  const into = join(root, '.cache', 'debian')
  const daemons = existsSync(join(into, 'complete'))
  if (missing.length === 0 && daemons) return
  if (!runs('apt-get', ['--version'])) {
    refuse(`apt-get is not here, and the tests need: ${[...missing, 'chrony', 'ntpsec'].join(' ')}`)
  }
  if (missing.length > 0) install(missing)
  if (!daemons) unpack(into)
}

function missingPackages() {
  const missing = INSTALLED.filter(({ program }) => !onPath(program)).map(each => each.package)
  if (!existsSync('/usr/share/fonts/truetype/dejavu')) missing.push(FONTS)
  return [...new Set(missing)]
}

/** As root, or by a sudo that asks for no password; empty for root. */
const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']

function updateLists() {
  if (sudo.length > 0 && !runs('sudo', ['-n', 'true']))
    refuse('apt-cache does not know chrony: run `sudo apt-get update` first')
  must([...sudo, 'apt-get', '-q', 'update'])
}

function install(packages) {
  if (sudo.length > 0 && !runs('sudo', ['-n', 'true'])) {
    refuse(
      `the tests need Debian packages; install them with\n  sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    )
  }
  console.error(`clockwright: installing Debian packages for the tests: ${packages.join(' ')} …`)
  const apt = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q']
  must([...apt, 'update'])
  must([...apt, 'install', '-y', '--no-install-recommends', ...packages])
}

function unpack(into) {
  console.error('clockwright: unpacking chrony and ntpsec for the tests (they are not installed) …')
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into, { recursive: true })
  if (!runs('apt-cache', ['show', 'chrony'])) updateLists()
  const available = UNPACKED.filter(name => runs('apt-cache', ['show', name]))
  if (!available.includes('chrony')) refuse('apt-cache does not know chrony, also after `apt-get update`')
  must(['apt-get', '-q', 'download', ...available], into)
  for (const file of readdirSync(into).filter(name => name.endsWith('.deb'))) {
    must(['dpkg-deb', '-x', file, '.'], into)
    rmSync(join(into, file))
  }
  writeFileSync(join(into, 'complete'), `${available.join('\n')}\n`)
}

function must([program, ...args], cwd = '/') {
  const done = spawnSync(program, args, { cwd, stdio: ['ignore', 2, 2] })
  if (done.status !== 0) refuse(`failed: ${program} ${args.join(' ')}`)
}

const runs = (program, args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0
const onPath = program => runs('sh', ['-c', `command -v ${program}`])

function refuse(message) {
  console.error(`clockwright: ${message}`)
  process.exit(1)
}
