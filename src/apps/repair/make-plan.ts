/** From an examined machine to the plan that is shown, and the id by which a person agrees to exactly that plan. */
import { createHash } from 'node:crypto'
import { planRepair } from '#diagnosis/repair/plan.ts'
import type { Change, Plan } from '#diagnosis/repair/step.ts'
import type { Shown } from '#report/machine/repair.ts'
import type { Examined } from '../check/examine.ts'
import { type Choice, chosen } from './choice.ts'
import { contentToPlan } from './content.ts'
import { findServiceManager } from './ground.ts'
import { sameAsSeen } from './seen.ts'

export function makePlan({ findings, inventory, seen }: Examined, root: string, choice: Choice = {}): Shown {
  const plan = planRepair(
    findings.flatMap(finding => chosen(finding, choice)),
    inventory,
    {
      content: path => sameAsSeen(seen, path, contentToPlan(root, path)),
      live: root === '/',
      services: findServiceManager(root),
    },
  )
  return { id: idOf(plan), plan, machine: inventory.hostname?.value ?? 'this machine', decode: readable }
}

/** What is done counts, and not the figures that were measured on the way: those are others each time. */
const idOf = ({ steps, advice }: Plan): string =>
  createHash('sha256')
    .update(JSON.stringify([steps.map(({ change }) => agreedTo(change)), advice.map(({ title }) => title)]))
    .digest('hex')
    .slice(0, 8)

/** Of a step of the clock its direction and its size, roughly. */
const agreedTo = (change: Change): unknown =>
  change.kind === 'clock'
    ? [change.kind, Math.sign(change.offset), Math.round(Math.log2(Math.abs(change.offset))), change.servers]
    : change

/** Files are UTF-8 mostly; what is not is shown as Latin-1. */
function readable(bytes: string): string {
  const buffer = Buffer.from(bytes, 'latin1')
  const text = buffer.toString('utf8')
  return Buffer.from(text, 'utf8').equals(buffer) ? text : bytes
}
