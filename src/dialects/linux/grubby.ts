/**
 * Words of the kernel's command line, changed by grubby(8): on Red Hat's 8 they stand once for all entries, as `kernelopts` in
 * grubenv, and what makes menus anew leaves them as they are.
 */

/** The command that makes of the one command line the other; nothing where both have the same words. */
export function changeByGrubby(before: readonly string[], after: readonly string[]): string[] {
  const removed = [...new Set(before)].filter(word => !after.includes(word))
  const added = [...new Set(after)].filter(word => !before.includes(word))
  if (removed.length + added.length === 0) return []
  const options = [
    ...(removed.length > 0 ? [`--remove-args="${removed.join(' ')}"`] : []),
    ...(added.length > 0 ? [`--args="${added.join(' ')}"`] : []),
  ]
  return [`grubby --update-kernel=ALL ${options.join(' ')}`]
}
