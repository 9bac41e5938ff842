/** Sentences and figures that several rules need. */
import { duration } from '#core/time/format.ts'
import type { Seconds } from '#core/time/units.ts'
import type { LintSubject } from './subject.ts'

/** The pause of the virtual machine in Red Hat's article on avoiding clock drift: 4305 ms. */
export const MIGRATION_PAUSE: Seconds = 4.3
/** The kernel's limit for adjtime(), and that of ntpd: 500 ppm. */
export const SLEW = 500e-6

/** How long ntpd needs to slew so much away. */
export const slewTime = (offset: Seconds): string => duration(offset / SLEW)

/** How a rule that is about guests begins its sentence. */
export const inGuests = ({ machine }: LintSubject): string =>
  machine.isGuest === undefined ? 'In a virtual machine' : 'In this guest'
