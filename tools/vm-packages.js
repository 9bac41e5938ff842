/**
 * What the bed of virtual machines (test/vm) is made of, from Debian. QEMU and a few tools are installed on this
 * machine; the kernel and the programs of the guest are downloaded and **unpacked** below `.cache/vm`, never
 * installed: a chronyd that apt installs starts, and sets the clock of this machine.
 *
 * The variant with a VMClock device needs a newer QEMU and a newer kernel than Debian 12 has. They come from backports,
 * by an apt configuration of our own, so that the sources of this machine stay as they are, and are only unpacked too.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/** The bed cannot be had here; the message says why, and what a person can do. */
export class NotHere extends Error {}

const INSTALLED = [
  { program: 'qemu-system-x86_64', package: 'qemu-system-x86' },
  { program: 'cpio', package: 'cpio' },
  { program: 'mke2fs', package: 'e2fsprogs' },
  { program: 'ip', package: 'iproute2' },
  { program: 'gcc', package: 'gcc' },
  { program: 'xz', package: 'xz-utils' },
]
const C_LIBRARY = { file: '/usr/include/stdio.h', package: 'libc6-dev' }

/** Programs of the guest. What they link to is found by their own loader: see vm-image.js. */
const GUEST = [
  ...['busybox-static', 'chrony', 'ntpsec', 'qemu-guest-agent', 'util-linux-extra', 'coreutils'],
  ...[
    'libc6',
    'libgcc-s1',
    'libstdc++6',
    'libgnutls30',
    'libnettle8',
    'libhogweed6',
    'libcap2',
    'libseccomp2',
  ],
  ...[
    'libp11-kit0',
    'libidn2-0',
    'libunistring2',
    'libtasn1-6',
    'libgmp10',
    'libffi8',
    'libssl3',
    'libbsd0',
    'libmd0',
  ],
  ...[
    'libudev1',
    'libnuma1',
    'liburing2',
    'libglib2.0-0',
    'libpcre2-8-0',
    'libedit2',
    'libtinfo6',
    'libaudit1',
  ],
  ...['libcap-ng0', 'libselinux1', 'libacl1', 'libattr1', 'zlib1g'],
]
/** For a destination host with another wall clock: loaded into QEMU, not into the guest. */
const HOST_UNPACKED = ['libfaketime']

const KERNEL = 'linux-image-cloud-amd64'
/** QEMU 10 has the device, Linux 6.13 and later the driver. */
const VMCLOCK = {
  suites: ['bookworm', 'bookworm-backports', 'trixie', 'trixie-backports'],
  kernelFrom: 'trixie-backports',
  qemuFrom: 'bookworm-backports',
  qemu: ['qemu-system-x86', 'qemu-system-common', 'qemu-system-data'],
  biosFrom: 'trixie',
  bios: ['seabios'],
}

/** What a module for that kernel is compiled with, unpacked; `kernel` is the folder of the kernel. */
export function provideKernelHeaders(cache, kernel) {
  const version = readdirSync(join(kernel, 'lib/modules'))[0]
  const name = `linux-headers-${version}`
  sureOf([{ program: 'make', package: 'make' }])
  const { stdout } = spawnSync('apt-cache', ['depends', name], { encoding: 'utf8' })
  const parts = [...(stdout ?? '').matchAll(/Depends: (linux-\S+)/g)].map(([, part]) => part)
  if (parts.length === 0)
    throw new NotHere(`apt does not know ${name} any more: remove ${kernel}, and prepare again`)
  const folder = unpackOnce(cache, 'headers', machinesApt, [name, ...parts])
  const sources = join(folder, 'usr/src')
  return {
    built: join(sources, name),
    common: join(sources, parts.find(part => part.endsWith('-common')) ?? name),
  }
}

/** → where things are: `guest` and `kernel` are folders with what was unpacked, `qemu` one too, or undefined. */
export function provideVmPackages(cache, { vmclock = false } = {}) {
  sureOfRights()
  installMissing()
  mkdirSync(cache, { recursive: true })
  const guest = unpackOnce(cache, 'guest', machinesApt, [...GUEST, ...HOST_UNPACKED])
  if (!vmclock) {
    const kernel = unpackOnce(cache, 'kernel', machinesApt, [kernelOf(machinesApt, KERNEL)])
    return { guest, kernel, qemu: undefined }
  }
  const apt = backportsApt(cache)
  const at = (suite, names) => names.map(name => `${name}/${suite}`)
  return {
    guest,
    kernel: unpackOnce(cache, 'kernel-vmclock', apt, kernelParts(apt)),
    qemu: unpackOnce(cache, 'qemu-vmclock', apt, [
      ...at(VMCLOCK.qemuFrom, VMCLOCK.qemu),
      ...at(VMCLOCK.biosFrom, VMCLOCK.bios),
    ]),
  }
}

/** Before anything is installed in vain. */
function sureOfRights() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new NotHere('the guests are for Linux on x86-64')
  if (!runs('unshare', ['-n', 'true']))
    throw new NotHere('network namespaces cannot be made here; root can, where the system permits it')
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
  } catch {
    throw new NotHere('/dev/net/tun, through which a guest has its network, is missing or may not be opened')
  }
}

function installMissing() {
  sureOf(INSTALLED, existsSync(C_LIBRARY.file) ? [] : [C_LIBRARY.package])
}

export function sureOf(programs, more = []) {
  const missing = [...programs.filter(({ program }) => !onPath(program)).map(each => each.package), ...more]
  if (missing.length === 0) return
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const byHand = `sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (!runs('apt-get', ['--version']))
    throw new NotHere(`apt-get is not here, and missing are: ${missing.join(' ')}`)
  if (sudo.length > 0 && !runs('sudo', ['-n', 'true']))
    throw new NotHere(`Debian packages are missing; install them with\n  ${byHand}`)
  say(`installing Debian packages for virtual machines: ${missing.join(' ')} …`)
  const apt = [
    ...sudo,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-q',
    '-o',
    'DPkg::Lock::Timeout=300',
  ]
  must([...apt, 'update'])
  must([...apt, 'install', '-y', '--no-install-recommends', ...missing])
}

export const machinesApt = { options: [], name: 'apt' }

/** The same mirror that this machine uses, other suites. Its lists are the only thing that is kept. */
function backportsApt(cache) {
  const folder = join(cache, 'apt')
  for (const each of ['lists/partial', 'archives/archives/partial', 'none'])
    mkdirSync(join(folder, each), { recursive: true })
  const list = join(folder, 'sources.list')
  writeFileSync(list, VMCLOCK.suites.map(suite => `deb ${debianSource()} ${suite} main\n`).join(''))
  const options = [
    ...['-o', `Dir::Etc::sourcelist=${list}`, '-o', `Dir::Etc::sourceparts=${join(folder, 'none')}`],
    ...['-o', `Dir::State::lists=${join(folder, 'lists')}`, '-o', `Dir::Cache=${join(folder, 'archives')}`],
  ]
  const apt = { options, name: 'backports' }
  if (!knows(apt, `linux-image-cloud-amd64/${VMCLOCK.kernelFrom}`)) {
    say('reading the package lists of backports (the sources of this machine stay as they are) …')
    const done = spawnSync('apt-get', [...options, '-q', 'update'], { stdio: ['ignore', 2, 2] })
    if (done.status !== 0 || !knows(apt, `linux-image-cloud-amd64/${VMCLOCK.kernelFrom}`))
      throw new NotHere(`${VMCLOCK.kernelFrom} cannot be reached here, and VMClock needs its kernel`)
  }
  return apt
}

/** `[options] URI` of Debian's main archive, as this machine's own sources have it. */
function debianSource() {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(SITE) $(SUITE) $(CODENAME)'], {
    encoding: 'utf8',
  })
  const line = (stdout ?? '').split('\n').find(each => /\/debian\/? .*(stable|bookworm|trixie)/.test(each))
  const signed = '/usr/share/keyrings/debian-archive-keyring.gpg'
  const options = existsSync(signed) ? `[signed-by=${signed}] ` : ''
  return `${options}${line?.split(' ')[0] ?? 'http://deb.debian.org/debian'}`
}

/** The package that the meta package stands for today. */
function kernelOf(apt, meta) {
  if (!knows(apt, meta)) {
    const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
    spawnSync([...sudo, 'apt-get'][0], [...sudo, 'apt-get', '-q', 'update'].slice(1), {
      stdio: ['ignore', 2, 2],
    })
  }
  const { stdout } = spawnSync('apt-cache', [...apt.options, 'depends', meta], { encoding: 'utf8' })
  const found = /Depends: (linux-image-\S+)/.exec(stdout ?? '')
  if (!found) throw new NotHere(`apt does not know ${meta}, also after apt-get update`)
  return found[1]
}

/** Newer Debian kernels come in three packages: the image, the modules, and what both share. */
function kernelParts(apt) {
  const meta = `${KERNEL}/${VMCLOCK.kernelFrom}`
  const image = kernelOf(apt, meta)
  const { stdout } = spawnSync('apt-cache', [...apt.options, 'depends', image], { encoding: 'utf8' })
  const parts = [...(stdout ?? '').matchAll(/Depends: (linux-(?:binary|modules|base)-\S+)/g)].map(
    ([, name]) => name,
  )
  return [image, ...parts]
}

const knows = ({ options }, name) => {
  const { status, stdout } = spawnSync('apt-cache', [...options, 'show', name], { encoding: 'utf8' })
  return status === 0 && /^Package:/m.test(stdout)
}

/** Into `cache/NAME-…`, a folder that is there wholly or not at all; made anew when the list of packages changes. */
export function unpackOnce(cache, name, apt, packages) {
  const key = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 8)
  const into = join(cache, `${name}-${key}`)
  if (existsSync(into)) return into
  say(`unpacking ${packages.length} Debian packages for virtual machines (${name}; they are not installed) …`)
  const making = `${into}.${process.pid}`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  must(['apt-get', ...apt.options, '-q', 'download', ...packages], making)
  for (const file of readdirSync(making).filter(each => each.endsWith('.deb'))) {
    must(['dpkg-deb', '-x', file, '.'], making)
    rmSync(join(making, file))
  }
  try {
    renameSync(making, into)
  } catch (error) {
    if (!existsSync(into)) throw error
    rmSync(making, { recursive: true, force: true })
  }
  return into
}

export function must([program, ...args], cwd = '/') {
  const done = spawnSync(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1e9,
  })
  if (done.status === 0) return done.stdout
  throw new NotHere(`failed: ${program} ${args.join(' ')}\n${(done.stderr ?? String(done.error)).trim()}`)
}

export const say = text => console.error(`clockwright: ${text}`)
export const contentKey = (...texts) => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\0')
  return hash.digest('hex').slice(0, 12)
}
export const text = file => readFileSync(file, 'utf8')

const runs = (program, args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0
const onPath = program => runs('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${program}`])
