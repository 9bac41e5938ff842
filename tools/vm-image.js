/**
 * The parts that a guest of the bed (test/vm) boots from, below `.cache/vm`, each named after its content:
 *
 *   initrd-….cpio      busybox, the daemons with the libraries they link to, the kernel's modules, our init and probe.
 *                      Not compressed: unpacking costs seconds under emulation.
 *   opt-….ext4         Node and the npm packages of clockwright. A disk, so that only what is touched is read.
 *   program-….tar      clockwright as it is built. The init unpacks it to /clockwright.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { contentKey, must, NotHere, say, text } from './vm-packages.js'

const PROGRAMS = ['chronyd', 'chronyc', 'ntpd', 'qemu-ga', 'hwclock', 'date']
/** Opened by name at run time, so that no loader lists them; and what Node links to. */
const LIBRARIES = [
  'libgcc_s.so.1',
  'libstdc++.so.6',
  'libdl.so.2',
  'libpthread.so.0',
  'libm.so.6',
  'librt.so.1',
]
const LIBRARY_FOLDERS = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu']
const PROGRAM_FOLDERS = ['usr/sbin', 'usr/bin', 'sbin', 'bin']
const MODULES =
  /\/(failover|net_failover|virtio|virtio_ring|virtio_pci|virtio_pci_modern_dev|virtio_pci_legacy_dev|virtio_net|virtio_blk|virtio_console|virtio-rng|rng-core|msr|ptp|pps_core|ptp_vmclock|vmgenid)\.ko(\.xz)?$/
const ACCOUNTS = [
  'root:x:0:0::/root:/bin/sh',
  '_chrony:x:101:101::/var/lib/chrony:/bin/false',
  'ntpsec:x:102:102::/:/bin/false',
]

/** → { probe, kernel, initrd, disk }: files. */
export function makeImages(root, cache, { guest, kernel }) {
  const probe = makeProbe(root, cache)
  return {
    probe,
    kernel: kernelFile(kernel),
    initrd: makeInitrd(root, cache, { guest, kernel, probe }),
    disk: makeDisk(root, cache),
  }
}

function makeProbe(root, cache) {
  const source = join(root, 'test/vm/probe.c')
  return once(join(cache, `probe-${contentKey(text(source))}`), making =>
    must(['gcc', '-O2', '-Wall', '-static', '-o', making, source]),
  )
}

/** A clock source that is off on some processors, as a module for the guest's kernel. → the file. */
export function makeOddCpu(root, cache, { built, common }) {
  const source = join(root, 'test/vm/oddcpu.c')
  return once(join(cache, `oddcpu-${contentKey(text(source), built)}.ko`), making => {
    const tree = `${making}.tree`
    rmSync(tree, { recursive: true, force: true })
    mkdirSync(tree, { recursive: true })
    copyFileSync(source, join(tree, 'oddcpu.c'))
    writeFileSync(join(tree, 'Makefile'), 'obj-m := oddcpu.o\n')
    // Its own Makefile names the other one where it would be, were it installed.
    must(['make', '-s', '-C', built, '-f', join(common, 'Makefile'), `M=${tree}`, 'modules'])
    renameSync(join(tree, 'oddcpu.ko'), making)
    rmSync(tree, { recursive: true, force: true })
  })
}

/** In /boot, or, as newer packages have it, beside the modules. */
const kernelFile = folder => {
  const found = filesBelow(folder).find(file => basename(file).startsWith('vmlinuz'))
  if (!found) throw new NotHere('the package of the kernel has no kernel')
  return found
}

function makeInitrd(root, cache, { guest, kernel, probe }) {
  const init = join(root, 'test/vm/init.sh')
  const key = contentKey(
    text(init),
    text(join(root, 'tools/vm-image.js')),
    ...[guest, kernel, probe].map(each => basename(each)),
  )
  return once(join(cache, `initrd-${key}.cpio`), making => {
    say('making the file system of the guest …')
    const tree = `${making}.tree`
    rmSync(tree, { recursive: true, force: true })
    for (const each of [
      'usr/bin',
      'usr/sbin',
      'usr/lib/x86_64-linux-gnu',
      'usr/lib64',
      'usr/local/bin',
      'modules',
      'etc',
    ])
      mkdirSync(join(tree, each), { recursive: true })
    for (const each of [
      'dev',
      'proc',
      'sys',
      'opt',
      'root',
      'tmp',
      'run',
      'var/lib/chrony',
      'var/lib/ntpsec',
      'var/log',
      'mnt',
    ])
      mkdirSync(join(tree, each), { recursive: true })
    for (const each of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${each}`, join(tree, each))
    symlinkSync('/run', join(tree, 'var/run'))
    put(init, join(tree, 'init'))
    put(probe, join(tree, 'usr/local/bin/probe'))
    symlinkSync('/opt/bin/node', join(tree, 'usr/local/bin/node'))
    for (const [name, lines] of [
      ['passwd', ACCOUNTS],
      ['group', ACCOUNTS.map(line => `${line.split(':').slice(0, 3).join(':')}:`)],
      ['clockwright-guest', ['the probe may set this clock']],
      ['hostname', ['guest']],
    ])
      writeFileSync(join(tree, 'etc', name), `${lines.join('\n')}\n`)
    putPrograms(guest, tree)
    for (const file of filesBelow(
      join(kernel, existsSync(join(kernel, 'lib/modules')) ? 'lib/modules' : 'usr/lib/modules'),
    ))
      if (MODULES.test(file)) putModule(file, join(tree, 'modules'))
    must(['sh', '-c', `find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 > '${making}'`], tree)
    rmSync(tree, { recursive: true, force: true })
  })
}

function putPrograms(guest, tree) {
  const busybox = find(guest, PROGRAM_FOLDERS, 'busybox')
  put(busybox, join(tree, 'usr/bin/busybox'))
  for (const applet of must([busybox, '--list']).trim().split('\n'))
    if (!PROGRAMS.includes(applet) && applet !== 'busybox')
      symlinkSync('/bin/busybox', join(tree, 'usr/bin', applet))
  const loader = find(guest, [...LIBRARY_FOLDERS, 'lib64', 'usr/lib64'], 'ld-linux-x86-64.so.2')
  put(loader, join(tree, 'usr/lib64/ld-linux-x86-64.so.2'))
  const folders = LIBRARY_FOLDERS.map(each => join(guest, each))
  const libraries = new Set(LIBRARIES.map(name => find(guest, LIBRARY_FOLDERS, name)))
  for (const name of PROGRAMS) {
    const file = find(guest, PROGRAM_FOLDERS, name)
    put(file, join(tree, name === 'hwclock' ? 'usr/sbin' : 'usr/bin', name))
    const listed = must([loader, '--library-path', folders.join(':'), '--list', file])
    for (const [, library, path] of listed.matchAll(/^\s*(\S+) => (not found|\S+)/gm)) {
      if (!path.startsWith(guest))
        throw new NotHere(`${name} needs ${library}, which no package of the guest has`)
      libraries.add(path)
    }
  }
  for (const library of libraries) put(library, join(tree, 'usr/lib/x86_64-linux-gnu', basename(library)))
}

function putModule(file, folder) {
  const to = join(folder, basename(file).replace(/\.xz$/, ''))
  if (file.endsWith('.xz')) writeFileSync(to, spawnSync('xz', ['-dc', file], { maxBuffer: 1e8 }).stdout)
  else put(file, to)
}

/** Node, koffi and the few other packages that the built clockwright imports. */
function makeDisk(root, cache) {
  const { dependencies } = JSON.parse(text(join(root, 'package.json')))
  const packages = [...Object.keys(dependencies), '@koromix/koffi-linux-x64']
  const modules = join(root, 'node_modules')
  const versions = [...packages, 'node'].map(
    name => JSON.parse(text(join(modules, name, 'package.json'))).version,
  )
  return once(join(cache, `opt-${contentKey(...packages, ...versions)}.ext4`), making => {
    say('making the disk with Node and the npm packages …')
    const tree = `${making}.tree`
    rmSync(tree, { recursive: true, force: true })
    mkdirSync(join(tree, 'bin'), { recursive: true })
    put(join(modules, 'node/bin/node'), join(tree, 'bin/node'))
    for (const name of packages)
      cpSync(join(modules, name), join(tree, 'node_modules', name), { recursive: true, dereference: true })
    makeFileSystem(tree, making)
    rmSync(tree, { recursive: true, force: true })
  })
}

/** A folder as an ext4 image, with a little room. */
export function makeFileSystem(tree, image) {
  const kilobytes = Number(must(['du', '-sk', tree]).split('\t')[0])
  must([
    ...['env', 'PATH=/usr/sbin:/sbin:/usr/bin:/bin', 'mke2fs', '-q', '-t', 'ext4', '-O', '^has_journal'],
    ...['-d', tree, image, `${Math.ceil(kilobytes * 1.1) + 8192}k`],
  ])
}

/** The first one builds, with the others. */
const BUILDERS = ['tools/build.js', 'tools/process.js']

/**
 * clockwright, built by tools/build.js as for publication, but beside `dist`: another test may be building that one now.
 */
export function makeProgram(root, cache) {
  const key = contentKey(
    ...filesBelow(join(root, 'src'))
      .filter(file => !file.includes('.test.'))
      .sort()
      .flatMap(file => [relative(root, file), readFileSync(file)]),
    text(join(root, 'package-lock.json')),
    ...BUILDERS.map(file => text(join(root, file))),
  )
  const made = once(join(cache, `program-${key}.tar`), making => {
    say('building clockwright for the guest …')
    const tree = `${making}.tree`
    rmSync(tree, { recursive: true, force: true })
    mkdirSync(join(tree, 'tools'), { recursive: true })
    for (const each of ['src', 'node_modules', 'package.json', 'tsconfig.json'])
      symlinkSync(join(root, each), join(tree, each))
    for (const file of BUILDERS) copyFileSync(join(root, file), join(tree, file))
    buildIn(tree)
    const packed = join(tree, 'packed/clockwright')
    mkdirSync(packed, { recursive: true })
    renameSync(join(tree, 'dist'), join(packed, 'dist'))
    copyFileSync(join(root, 'package.json'), join(packed, 'package.json'))
    symlinkSync('/opt/node_modules', join(packed, 'node_modules'))
    must(['tar', '-cf', making, '--owner=0', '--group=0', '-C', join(tree, 'packed'), 'clockwright'])
    truncateSync(making, Math.ceil(statSync(making).size / 4096) * 4096)
    rmSync(tree, { recursive: true, force: true })
  })
  forgetOld(cache)
  return made
}

/** What does not build is no fault of this machine: it must not pass for one on which there are no guests. */
function buildIn(tree) {
  const node = join(tree, 'node_modules/node/bin/node')
  const { status, stderr, error } = spawnSync(
    node,
    ['--disable-warning=ExperimentalWarning', join(tree, BUILDERS[0])],
    { cwd: tree, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`clockwright does not build: ${stderr ?? error}`)
}

/** A file that is there wholly or not at all, also when two make it at the same time. */
export function once(file, make) {
  if (existsSync(file)) {
    const now = new Date()
    utimesSync(file, now, now)
    return file
  }
  const making = `${file}.${process.pid}`
  make(making)
  renameSync(making, file)
  return file
}

/** Each change leaves one. What was not used for a day belongs to no guest that still runs, and can be made again. */
function forgetOld(cache) {
  const DAY_MS = 86_400_000
  for (const name of readdirSync(cache)) {
    const file = join(cache, name)
    if (/^(program|initrd|opt|probe|oddcpu|root)-/.test(name) && Date.now() - statSync(file).mtimeMs > DAY_MS)
      rmSync(file, { recursive: true, force: true })
  }
}

function put(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(realpathSync(from), to)
  chmodSync(to, 0o755)
}

function find(folder, places, name) {
  const found = places.map(place => join(folder, place, name)).find(existsSync)
  if (!found) throw new NotHere(`no package of the guest has ${name}`)
  return found
}

const filesBelow = folder =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
