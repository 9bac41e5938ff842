/** Colours live in the style sheet; a canvas has to be told them. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** `#0b6a88` as seen through so much of the paper. */
export function faded(name: string, alpha: number): string {
  return `${colour(name)}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`
}

export const fontOf = (size: number): string => `${size}px ${getComputedStyle(document.body).fontFamily}`
