/** How high the picture is for its width, in pixels; a phone needs room for sliders, too. */
const NARROW = 560

export const heightOf = (width: number): number => (width < NARROW ? 270 : 400)
