/**
 * Builds what is published, into dist/: the command line and the agent as JavaScript with lazily loaded chunks, and
 * the page. All JavaScript that is used is bundled: who installs the package gets one dependency, the one that calls C.
 * Runs under the pinned Node, because it imports TypeScript of ours.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const pinned = join(root, 'node_modules', 'node', 'bin', 'node')
const dist = join(root, 'dist')
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** Some that others named so are set later. */
const ASSIGNED =
  /(?<!\b(?:var|let|const) )\b([A-Z][A-Z0-9_]*)(?: (?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?= |\+\+|--)/g

/** What the command line loads when it is to be done. */
const COMMANDS = {
  './commands/analyze.ts': 'chunks/analyze',
  './commands/clock/index.ts': 'chunks/clock',
  './commands/lab/index.ts': 'chunks/lab',
  './commands/machine/index.ts': 'chunks/machine',
  './commands/repair/index.ts': 'chunks/repair',
  './commands/run.ts': 'chunks/run',
}

/**
 * What is started or loaded on its own. Each is bundled by itself: sharing would tear all into some hundred small files, and to
 * load one takes as long as to read 20 kB of code.
 */
const PROGRAMS = {
  clockwright: 'src/apps/cli/main.ts',
  ...Object.fromEntries(
    Object.entries(COMMANDS).map(([source, name]) => [name, join('src/apps/cli', source)]),
  ),
  agent: 'src/apps/daemon/main.ts',
  'lab-worker': 'src/apps/lab/worker.ts',
  'cpus-worker': 'src/worlds/host/cpus/worker.ts',
  'log-thread': 'src/apps/analyze/thread.ts',
}

if (!process.features.typescript) {
  process.exit(spawnSync(pinned, [fileURLToPath(import.meta.url)], { stdio: 'inherit' }).status ?? 1)
}

rmSync(dist, { recursive: true, force: true })
for (const [name, source] of Object.entries(PROGRAMS)) bundle(name, source)
for (const file of [dist, join(dist, 'chunks')].flatMap(scriptsIn))
  writeFileSync(file, withConstants(readFileSync(file, 'utf8')))
const entry = join(dist, 'clockwright.js')
writeFileSync(entry, `#!/usr/bin/env node\n${withCommands(readFileSync(entry, 'utf8'))}`)
chmodSync(entry, 0o755)

const { bundlePage } = await import('../src/apps/web/bundle.ts')
await bundlePage(join(dist, 'web'), 'inputs.json')
const { PIXEL_FILES } = await import('../src/apps/pixels.ts')
mkdirSync(join(dist, 'pixels'))
for (const file of Object.values(PIXEL_FILES))
  copyFileSync(join(root, 'node_modules', file), join(dist, 'pixels', basename(file)))

const bundled = [
  ...[...Object.keys(PROGRAMS).map(name => `${name}.json`), 'web/inputs.json']
    .map(name => join(dist, name))
    .flatMap(packagesIn),
  ...Object.values(PIXEL_FILES).map(packageOf),
]
writeFileSync(join(dist, 'THIRD-PARTY.txt'), licences([...new Set(bundled)].sort()))

function bundle(name, source) {
  const options = [
    '--bundle',
    '--alias:node:process=./tools/process.js',
    '--splitting',
    '--format=esm',
    '--platform=node',
    '--target=node20',
    '--log-level=warning',
    '--legal-comments=none',
    '--chunk-names=chunks/[name]-[hash]',
    // These hold compiled code, which cannot be bundled.
    ...[...Object.keys(dependencies), ...Object.keys(COMMANDS)].map(each => `--external:${each}`),
    `--metafile=dist/${name}.json`,
    '--outdir=dist',
  ]
  execFileSync(join(root, 'node_modules', '.bin', 'esbuild'), [`${name}=${source}`, ...options], {
    cwd: root,
    stdio: 'inherit',
  })
}

/** Where the sources of commands were, their bundles are. */
function withCommands(script) {
  return script.replace(
    /\bimport\("(\.\/commands\/[^"]+)"\)/g,
    (_, source) => `import("./${COMMANDS[source]}.js")`,
  )
}

/**
 * A bundle has a `var` for each `const` of a module, and V8 asks at each use whether that is still what it was. What is named
 * as a constant is one again: so a gigabyte of logs is read in a twelfth less of time.
 */
function withConstants(script) {
  const assigned = new Set([...script.matchAll(ASSIGNED)].map(([, name]) => name))
  return script.replace(/^var ([A-Z][A-Z0-9_]*)(?= = )/gm, (declared, name) =>
    assigned.has(name) ? declared : `const ${name}`,
  )
}

function scriptsIn(folder) {
  return readdirSync(folder)
    .filter(name => name.endsWith('.js'))
    .map(name => join(folder, name))
}

/** The packages of which something was bundled, by the list that esbuild has written; the list has then done its work. */
function packagesIn(list) {
  const { outputs } = JSON.parse(readFileSync(list, 'utf8'))
  rmSync(list)
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /.*\bnode_modules\/(.*)/.exec(path)?.[1] ?? [])
    .map(packageOf)
}

function packageOf(path) {
  return /^(?:@[^/]+\/)?[^/]+/.exec(path)[0]
}

/** What is carried inside, with the terms under which it may be. */
function licences(names) {
  return names
    .map(name => {
      const folder = join(root, 'node_modules', name)
      const { version, license, author, repository } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      )
      const file = readdirSync(folder).find(each => /^licen[cs]e(\.md|\.txt)?$/i.test(each))
      // Some packages only name their terms, and whose they are or where to find them.
      const terms = file
        ? readFileSync(join(folder, file), 'utf8').trim()
        : author
          ? license && `${license}. Copyright: ${author.name ?? author}`
          : license && repository && `${license}. Source: ${repository.url ?? repository}`
      if (!terms) throw new Error(`${name} tells no terms under which it may be passed on`)
      return `${name} ${version}\n\n${terms}\n`
    })
    .join(`\n${'-'.repeat(72)}\n\n`)
}
