/** A rule looks at a subject and says what it finds: nothing, one thing, or several. One file for each, in `rules`. */
import type { Finding } from './finding.ts'
import type { Subject } from './subject.ts'

export type Rule = (subject: Subject) => readonly Finding[]
