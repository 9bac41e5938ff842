/** Keys that work everywhere. Those of a view register themselves while it is shown. */
import { go, place } from '../go.ts'
import type { View } from '../place.ts'

export type Keys = Readonly<Record<string, () => void>>

const VIEW_OF: Readonly<Record<string, View>> = { n: 'now', t: 'timeline', s: 'sources', l: 'logs', b: 'lab' }
const layers = new Set<Keys>()

/** Keys while something is shown. The answer ends it. */
export function addKeys(keys: Keys): () => void {
  layers.add(keys)
  return () => layers.delete(keys)
}

export function listenForKeys(): void {
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
    if (event.target instanceof Element && event.target.matches('input, select, textarea')) return
    const action = actionOf(event.key)
    if (!action) return
    event.preventDefault()
    action()
  })
}

function actionOf(key: string): (() => void) | undefined {
  const view = VIEW_OF[key]
  if (view) return () => go({ view, panel: undefined, about: undefined })
  if (key === '?')
    return () =>
      go({ panel: place.value.panel === 'legend' ? undefined : 'legend', about: undefined }, 'replace')
  if (key === 'Escape' && place.value.panel)
    return () => go({ panel: undefined, about: undefined }, 'replace')
  for (const layer of layers) if (Object.hasOwn(layer, key)) return layer[key]
  return undefined
}
