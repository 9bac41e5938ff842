/** Why the clock is left as it is, and what would change that. */
import { HOLD_REASONS, type HoldReason } from '#core/guest/policy.ts'

const WAY_OUT: Record<HoldReason, string> = {
  panic: 'If the sources are right, clockwright allow-step lets it be corrected.',
  'start-limit': 'clockwright allow-step lets it be corrected.',
  ask: 'clockwright allow-step lets it be corrected.',
  nothing: 'It is kept again when it is right.',
  contested: 'It is kept again when nobody else has set it for an hour, or after clockwright allow-step.',
  processors:
    'clockwright cpus shows how far they are apart. It is kept again after a day without a sign of that, or after clockwright allow-step.',
}

export const holdingWords = (why: HoldReason): string =>
  `The clock is left as it is: ${HOLD_REASONS[why]}. ${WAY_OUT[why]}`
