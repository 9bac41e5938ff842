/** Puts a table into docs/reference/samples.md, between the marks of the bench that makes it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('../../docs/reference/samples.md', import.meta.url))
const END = '<!-- end -->'

export function writeTable(bench: string, table: string): void {
  const begin = `<!-- written by ${bench} -->`
  const [before, rest] = readFileSync(PAGE, 'utf8').split(begin) as [string, string]
  const after = rest.slice(rest.indexOf(END))
  writeFileSync(PAGE, `${before}${begin}\n${table}\n${after}`)
}
