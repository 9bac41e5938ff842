/** The place one is at, as a signal that follows the address bar, and how to get elsewhere. */
import { signal } from '@preact/signals'
import { formatPlace, type Place, parsePlace } from './place.ts'

export const place = signal<Place>(parsePlace(location.hash))

addEventListener('popstate', () => {
  place.value = parsePlace(location.hash)
})

/** Another view or window is a step that Back undoes; a setting of the same view replaces the present one. */
export function go(change: Partial<Place>, how: 'push' | 'replace' = 'push'): void {
  const next = { ...place.value, ...change }
  const hash = formatPlace(next)
  if (hash === formatPlace(place.value)) return
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', hash)
  place.value = next
}

export const toggled = (names: readonly string[], name: string): string[] =>
  names.includes(name) ? names.filter(each => each !== name) : [...names, name]
