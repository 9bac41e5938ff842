/**
 * What parts of systemd say where the clock was set, whoever did it. resolved hears of each time (timerfd, TFD_TIMER_CANCEL_ON_SET), also
 * when the machine resumes; PID 1 does, too, and says so at its usual level up to some version, and later at debug level only. journald
 * notices a clock that went back, and timedated is asked to set it (`timedatectl set-time`). Words of systemd 208 to 257.
 */
import { type Said, said } from '../log/said.ts'

const SENTENCES: readonly RegExp[] = [
  /^Clock change detected\. Flushing caches\./,
  /^Time has been changed$/,
  /^Time jumped backwards, rotating\./,
  /^(?:.{1,4096}: )?Realtime clock jumped backwards relative to last journal entry, rotating\./,
]
const ASKED_FOR = /^Changed local time to /

/** Undefined when it means nothing here. */
export function readClockSet(message: string): Said | undefined {
  if (ASKED_FOR.test(message)) return said('clock-set', { source: 'timedatectl' })
  return SENTENCES.some(pattern => pattern.test(message)) ? said('clock-set') : undefined
}
