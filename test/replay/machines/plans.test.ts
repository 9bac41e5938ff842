/**
 * What repair promises of copies of machines (test/vectors/machines): what its plan mends by editing files is not found again, nothing
 * graver than a note comes in its place, a second plan would edit nothing, and undo gives back every byte. Of sources that it adds when it
 * is asked to the first two hold, too.
 */
import {
  cpSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makePlan } from '#apps/repair/make-plan.ts'
import type { Finding } from '#diagnosis/finding.ts'
import type { Plan } from '#diagnosis/repair/step.ts'
import { applyHere, examineHere, undoHere } from '../../repair/here.ts'

const MACHINES = join(import.meta.dirname, '../../vectors/machines')

/** Every path with what is there; of the journal nothing. */
function listing(root: string, path = ''): string[] {
  return readdirSync(join(root, path))
    .sort()
    .flatMap(name => {
      const at = `${path}/${name}`
      if (at === '/var/lib/clockwright') return []
      const stat = lstatSync(join(root, at))
      if (stat.isDirectory()) return [at, ...listing(root, at)]
      const content = stat.isSymbolicLink()
        ? readlinkSync(join(root, at))
        : readFileSync(join(root, at), 'latin1')
      return [`${at} ${stat.mode.toString(8)} ${content}`]
    })
}

const told = ({ severity, name }: Finding): string => `${severity} ${name}`

/** In a copy a daemon, and the kernel, go on as they were started. */
const isOfWhatRuns = ({ evidence }: Finding): boolean =>
  /^\/(?:proc|sys)\/|\/ps[^/]*$/.test(evidence.find(({ path }) => path)?.path ?? '')

/** Nobody asks how a daemon is set up that is kept from starting: that is for a second plan. */
const UNSEEN_BEFORE: Readonly<Record<string, readonly string[]>> = {
  'gcp-debian12': ['critical no-daemon', 'warning smear-mixed', 'warning makestep-expires'],
}

/** Plans of the sources that somebody wants to have added. */
const MORE_SOURCES = ['no-source', 'single-source', 'two-sources', 'fewer-than-four']

test.each(readdirSync(MACHINES))('%s', { timeout: 60_000 }, async name => {
  await inCopy(name, async root => {
    const bytes = listing(root)
    const checked = await examineHere(root)
    const { plan } = makePlan(checked, root)
    if (plan.steps.length === 0) return
    const { after, grave, stillFound } = await applied(plan, root)
    expect.soft(stillFound).toEqual([])
    expect.soft(newIn(grave, checked.findings)).toEqual(UNSEEN_BEFORE[name] ?? [])
    if (!UNSEEN_BEFORE[name])
      expect.soft(makePlan(after, root).plan.steps.map(({ title }) => title)).toEqual([])
    expect(await undoHere(root)).toMatchObject({ stuck: [] })
    expect(listing(root)).toEqual(bytes)
  })
})

test.each(readdirSync(MACHINES))('%s: sources that are added can be used', { timeout: 60_000 }, name =>
  inCopy(name, async root => {
    const checked = await examineHere(root, MORE_SOURCES)
    const { plan } = makePlan(checked, root, { only: MORE_SOURCES })
    if (plan.steps.length === 0) return
    const { grave, stillFound } = await applied(plan, root)
    expect.soft(stillFound).toEqual([])
    expect.soft(newIn(grave, checked.findings)).toEqual([])
  }),
)

async function inCopy(name: string, work: (root: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'clockwright-plans-'))
  try {
    const root = join(folder, 'root')
    cpSync(join(MACHINES, name, 'root'), root, { recursive: true, verbatimSymlinks: true })
    await work(root)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function applied(plan: Plan, root: string) {
  writeFileSync(`${root}.plan`, JSON.stringify(plan))
  expect(await applyHere(root)).toMatchObject({ outcome: 'applied' })
  const after = await examineHere(root)
  const grave = after.findings.filter(({ severity }) => severity === 'warning' || severity === 'critical')
  const mended = new Set(plan.steps.flatMap(({ reasons }) => reasons.map(({ finding }) => finding)))
  const stillFound = grave.filter(each => mended.has(each.name) && !isOfWhatRuns(each)).map(told)
  return { after, grave, stillFound }
}

function newIn(grave: readonly Finding[], before: readonly Finding[]): string[] {
  const known = before.map(told)
  return grave.map(told).filter(each => !known.includes(each))
}
