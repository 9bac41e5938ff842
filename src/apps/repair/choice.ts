/** What of all that was found a plan is to be about. */
import type { Finding, FindingName } from '#diagnosis/finding.ts'
import type { Action } from '#diagnosis/repair/action.ts'

export interface Choice {
  readonly only?: readonly string[] | undefined
  readonly except?: readonly string[] | undefined
}

/** Whom to ask is for a person to say; what a plan would write are examples. */
const BY_CHOICE: readonly FindingName[] = ['smear-mixed']

/** A line that names one more to ask. */
const asksMore = (action: Action): boolean =>
  action.kind === 'edit' &&
  action.edit.kind === 'insert-after' &&
  /^\s*(?:pool|servers?|peer)\s|^\[\[source\]\]/m.test(action.edit.text)

/** Notes are repaired only when somebody asks for them, or when a plan would make worse what they tell; of what is a matter of choice it is said that it waits for that. */
export function chosen(finding: Finding, { only, except = [] }: Choice): Finding[] {
  const { name, severity, remedy } = finding
  if (except.includes(name)) return []
  if (only) return only.includes(name) ? [finding] : []
  if (severity === 'note' && !remedy.alongside) return []
  if (!remedy.actions?.length || !(BY_CHOICE.includes(name) || remedy.actions.some(asksMore)))
    return [finding]
  const text = `${remedy.text} (clockwright repair --only ${name} does it as the lines show.)`
  return [{ ...finding, remedy: { ...remedy, text, actions: [] } }]
}
