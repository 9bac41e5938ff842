/** What check says of this machine, as the page has it. It outlives a look at another view. */
import { signal } from '@preact/signals'
import type { CheckBody } from '#report/machine/check.ts'
import type { PlanBody } from '#report/machine/repair.ts'
import { askCheck } from '../ask.ts'

export type MachineCheck = CheckBody & { readonly plan: PlanBody }

export type Checking =
  | { readonly kind: 'asking' }
  | { readonly kind: 'known'; readonly check: MachineCheck }
  | { readonly kind: 'failed'; readonly why: string }

export const checking = signal<Checking | undefined>(undefined)

/** Asks when nobody has, or again. */
export function look(again = false): void {
  if (checking.value?.kind === 'asking' || (checking.value && !again)) return
  checking.value = { kind: 'asking' }
  askCheck().then(
    check => {
      checking.value = { kind: 'known', check }
    },
    error => {
      checking.value = { kind: 'failed', why: error.message }
    },
  )
}
