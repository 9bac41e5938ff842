/** The version of this program: package.json has it. */
import { readFileSync } from 'node:fs'

export const version: string = findVersion()

function findVersion(): string {
  // From src/apps/ in a checkout, from dist/ in a package.
  for (const path of ['../../package.json', '../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
      if (name === 'clockwright') return version
    } catch {
      // Not there: the other one.
    }
  }
  return 'unknown'
}
