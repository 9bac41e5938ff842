/**
 * The files of the page. In the package they lie built in dist/web; in a checkout they are bundled when somebody first
 * looks, and again when a source is newer. A path is looked up in a fixed map, so it can name nothing else on the disk.
 */
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { fileURLToPath } from 'node:url'
import { type Answer, LOGS_WORKER_POLICY, PAGE_POLICY } from './respond.ts'

interface Asset {
  readonly file: string
  readonly type: string
  /** When it is not the page's own. */
  readonly policy?: string
}

const ASSETS: Readonly<Record<string, Asset>> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/report.css': { file: 'report.css', type: 'text/css; charset=utf-8' },
  '/logs-worker.js': {
    file: 'logs-worker.js',
    type: 'text/javascript; charset=utf-8',
    policy: LOGS_WORKER_POLICY,
  },
  '/lab-worker.js': { file: 'lab-worker.js', type: 'text/javascript; charset=utf-8' },
  '/stories.json': { file: 'stories.json', type: 'application/json; charset=utf-8' },
  '/favicon.svg': { file: 'favicon.svg', type: 'image/svg+xml' },
}

export interface Assets {
  find(path: string, headers: IncomingHttpHeaders): Promise<Answer | undefined>
}

export const openAssets = (): Assets => assetsIn(webDirectory)

/** From sources when they are there; else where the build put them, beside or above the running file. */
export async function webDirectory(): Promise<string> {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  if (existsSync(here('./page/main.tsx'))) return (await import('./bundle.ts')).bundleWhenStale()
  const built = ['./web/', '../web/', '../../web/'].map(here).find(directory => existsSync(directory))
  if (!built) throw new Error('The page is not built: dist/web is missing from this installation.')
  return built
}

/** `prepare` says in which directory the files lie; it is asked whenever the page itself is. */
export function assetsIn(prepare: () => Promise<string>): Assets {
  let directory: string | undefined
  return {
    async find(path, headers) {
      const asset = Object.hasOwn(ASSETS, path) ? ASSETS[path] : undefined
      if (!asset) return undefined
      if (path === '/' || !directory) directory = await prepare()
      return read(directory, asset, headers)
    },
  }
}

/** Nothing is kept in memory: the page is asked for seldom, and the agent lives long. */
async function read(directory: string, asset: Asset, headers: IncomingHttpHeaders): Promise<Answer> {
  const file = `${directory}/${asset.file}`
  const zipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? '')) && existsSync(`${file}.gz`)
  const found = zipped ? `${file}.gz` : file
  const { size, mtimeMs } = await stat(found)
  const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`
  const shared = {
    ETag: etag,
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': asset.policy ?? PAGE_POLICY,
    Vary: 'Accept-Encoding',
  }
  if (headers['if-none-match'] === etag) return { status: 304, headers: shared }
  return {
    status: 200,
    type: asset.type,
    body: await readFile(found),
    headers: { ...shared, ...(zipped ? { 'Content-Encoding': 'gzip' } : {}) },
  }
}
