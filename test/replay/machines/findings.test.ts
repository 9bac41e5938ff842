/**
 * What check finds on copies of machines (test/vectors/machines): exactly the findings that stand beside each, a line each, and
 * no other. `CLOCKWRIGHT_WRITE=1` writes them anew; read the difference before it is kept.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examineHere } from '../../repair/here.ts'

const MACHINES = join(import.meta.dirname, '../../vectors/machines')

test.each(readdirSync(MACHINES))('%s', { timeout: 60_000 }, async name => {
  const { findings } = await examineHere(join(MACHINES, name, 'root'))
  const found = findings.map(({ severity, name, evidence: [first] }) =>
    [severity, name, first?.path && `${first.path}${first.line ? `:${first.line}` : ''}`]
      .filter(Boolean)
      .join(' '),
  )
  const file = join(MACHINES, name, 'findings.txt')
  const text = found.map(line => `${line}\n`).join('')
  if (process.env.CLOCKWRIGHT_WRITE) writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
})
