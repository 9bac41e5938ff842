/** Exit codes: the monitoring convention for everything that judges. */
export const OK = 0
export const WARNING = 1
export const CRITICAL = 2
export const UNKNOWN = 3
/** Usage errors are "unknown" to a monitoring system too. */
export const USAGE = 3
