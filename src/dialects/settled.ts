/** Of the reach of a source: six polls that were answered, one after the other. It is no start any more. */
export const SETTLED = 0o77
