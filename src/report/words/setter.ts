/** When somebody sets the clock, in words; and what the logs show of the steps. For the terminal and the page. */
import type { Setter } from '#diagnosis/machine/setters.ts'

export const whenItSets = ({ how, stepped }: Pick<Setter, 'how' | 'stepped'>): string =>
  [how.replace('-', ' '), stepped].filter(Boolean).join('; ')
