/** What this machine is, for the linter, as `clockwright facts` has it; and where it keeps what is judged. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { takeInventory } from '#diagnosis/inventory/inventory.ts'
import type { About } from '#diagnosis/lint/about.ts'
import { aboutOf } from '#diagnosis/machine/configuration.ts'
import { openThisMachine } from '../inventory/open.ts'
import { OWN_PLACES } from './read.ts'

export const aboutHere = (): About => aboutOf(takeInventory(openThisMachine()))

export const placesHere = (): string[] => OWN_PLACES.map(place => join('/', place)).filter(existsSync)
