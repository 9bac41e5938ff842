/** What somebody who plays in a scenario is called. */
import type { ScenarioPlayer } from './schema.ts'

export const nameOfPlayer = ({ name, use, daemon }: ScenarioPlayer): string => name ?? use ?? daemon ?? '?'
