/** Where the code of a thread stands: in a checkout it is a source below this folder; in the package a file above the chunks. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export function threadEntry(source: string, built: string): URL {
  const candidates = [`./${source}`, `../${built}`, `./${built}`]
  return candidates.map(path => new URL(path, import.meta.url)).find(url => existsSync(fileURLToPath(url)))!
}
