/**
 * Makes the files of the page and of reports with esbuild, which is a development dependency: called by the build of the package, and in a
 * checkout when the page is asked for. It runs as a program of its own, so that nothing of it stays in the agent.
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'

const PAGE = fileURLToPath(new URL('./page/', import.meta.url))
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const CACHE = join(ROOT, 'node_modules/.cache/clockwright/web')
const ENTRIES = {
  page: join(PAGE, 'main.tsx'),
  report: join(PAGE, 'report/main.ts'),
  'logs-worker': join(PAGE, 'logs/worker.ts'),
  'lab-worker': join(PAGE, 'lab/worker.ts'),
}
const AS_THEY_ARE = ['index.html', 'favicon.svg']
/** What is served, and so also kept packed. */
const SERVED = [
  ...AS_THEY_ARE,
  'page.js',
  'page.css',
  'report.css',
  'logs-worker.js',
  'lab-worker.js',
  'stories.json',
]
const STORIES = join(ROOT, 'scenarios')

let underWay: Promise<string> | undefined

/** The directory of an up-to-date bundle of this checkout. */
export function bundleWhenStale(): Promise<string> {
  underWay ??= (async () => {
    if (await isStale()) await bundlePage(CACHE, 'inputs.json')
    return CACHE
  })().finally(() => {
    underWay = undefined
  })
  return underWay
}

/**
 * Bundles into a directory what is served, each also gzipped: index.html, favicon.svg, page.js, page.css, the workers, the
 * stories of the lab, report.css; report.js, which like that becomes part of a report; and a list of inputs.
 */
export async function bundlePage(into: string, inputs?: string): Promise<void> {
  const fresh = `${into}.${process.pid}`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true })
  await promisify(execFile)(
    esbuild(),
    [
      ...Object.entries(ENTRIES).map(([name, file]) => `${name}=${file}`),
      '--bundle',
      '--minify',
      '--format=esm',
      '--target=es2022',
      '--jsx=automatic',
      '--jsx-import-source=preact',
      '--legal-comments=none',
      '--log-level=error',
      ...(inputs ? [`--metafile=${join(fresh, inputs)}`] : []),
      `--outdir=${fresh}`,
    ],
    { cwd: ROOT },
  )
  for (const file of AS_THEY_ARE) await copyFile(join(PAGE, file), join(fresh, file))
  await writeFile(join(fresh, 'stories.json'), JSON.stringify(await readStories()))
  for (const file of SERVED) {
    const zipped = await promisify(gzip)(await readFile(join(fresh, file)), {
      level: constants.Z_BEST_COMPRESSION,
    })
    await writeFile(join(fresh, `${file}.gz`), zipped)
  }
  // File by file, so that a page that is being served meanwhile never finds an empty directory.
  await mkdir(into, { recursive: true })
  for (const file of await readdir(fresh)) await rename(join(fresh, file), join(into, file))
  await rm(fresh, { recursive: true, force: true })
}

/** The texts of the scenarios that are installed, as the page asks for them (page/lab/messages.ts). */
async function readStories(): Promise<{ name: string; text: string }[]> {
  const files = (await readdir(STORIES)).filter(file => file.endsWith('.toml')).sort()
  return Promise.all(
    files.map(async file => ({
      name: basename(file, '.toml'),
      text: await readFile(join(STORIES, file), 'utf8'),
    })),
  )
}

async function isStale(): Promise<boolean> {
  try {
    const meta = JSON.parse(await readFile(join(CACHE, 'inputs.json'), 'utf8')) as {
      inputs: Record<string, unknown>
    }
    // An entry that is not among them is younger than the bundle.
    if (Object.values(ENTRIES).some(file => !(relative(ROOT, file) in meta.inputs))) return true
    const stories = await readdir(STORIES)
    const inputs = [
      ...Object.keys(meta.inputs),
      ...AS_THEY_ARE.map(file => relative(ROOT, join(PAGE, file))),
      // The folder is younger when one was added or taken away.
      ...['.', ...stories].map(file => relative(ROOT, join(STORIES, file))),
    ]
    const made = (await stat(join(CACHE, 'inputs.json'))).mtimeMs
    const changed = await Promise.all(
      inputs.map(async input => (await stat(join(ROOT, input))).mtimeMs > made),
    )
    return changed.includes(true)
  } catch {
    return true
  }
}

const esbuild = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('esbuild/package.json')), 'bin/esbuild')
