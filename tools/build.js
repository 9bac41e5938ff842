/**
 * Builds what is published, into dist/: the command line and the agent as JavaScript with lazily loaded chunks, and
 * the page. Runs under the pinned Node, because it imports TypeScript of ours.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const pinned = join(root, 'node_modules', 'node', 'bin', 'node')
const dist = join(root, 'dist')

if (!process.features.typescript) {
  process.exit(spawnSync(pinned, [fileURLToPath(import.meta.url)], { stdio: 'inherit' }).status ?? 1)
}

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
rmSync(dist, { recursive: true, force: true })
execFileSync(
  join(root, 'node_modules', '.bin', 'esbuild'),
  [
    'clockwright=src/apps/cli/main.ts',
    'agent=src/apps/daemon/main.ts',
    '--bundle',
    '--splitting',
    '--format=esm',
    '--platform=node',
    '--target=node20',
    '--log-level=warning',
    '--chunk-names=chunks/[name]-[hash]',
    ...Object.keys(dependencies).map(name => `--external:${name}`),
    '--outdir=dist',
  ],
  { cwd: root, stdio: 'inherit' },
)
const entry = join(dist, 'clockwright.js')
writeFileSync(entry, `#!/usr/bin/env node\n${readFileSync(entry, 'utf8')}`)
chmodSync(entry, 0o755)

const { bundlePage } = await import('../src/apps/web/bundle.ts')
await bundlePage(join(dist, 'web'))
writeFileSync(
  join(dist, 'THIRD-PARTY.txt'),
  licences(['preact', '@preact/signals', '@preact/signals-core', 'uplot']),
)

/** What the page carries inside of it, with the terms under which it may. */
function licences(names) {
  return names
    .map(name => {
      const folder = join(root, 'node_modules', name)
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const file = ['LICENSE', 'LICENSE.md', 'license'].map(each => join(folder, each)).find(existsSync)
      return `${name} ${version}\n\n${file ? readFileSync(file, 'utf8') : 'MIT'}\n`
    })
    .join('\n')
}
