/**
 * Pictures as PNG, for documents and chats that take no SVG. resvg draws them, as WebAssembly that is the same on every
 * machine, and letters come from a font that is carried along: a server has none. Both are loaded when somebody asks
 * for pixels. In the package they lie in dist/pixels; in a checkout they are the packages' own files.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { initWasm, Resvg } from '@resvg/resvg-wasm'

/** Narrow, as the fonts of screens are for which charts leave room. */
const FONT = 'DejaVu Sans Condensed'
/** What the build copies (tools/build.js). */
export const PIXEL_FILES = {
  engine: '@resvg/resvg-wasm/index_bg.wasm',
  font: 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf',
} as const
/** Pixels for a unit of the picture: sharp on today's screens and in print. */
const ZOOM = 2

let engine: Promise<void> | undefined

export async function toPng(svg: string): Promise<Uint8Array> {
  engine ??= readFile(pathOf(PIXEL_FILES.engine)).then(initWasm)
  await engine
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: {
      fontBuffers: [await readFile(pathOf(PIXEL_FILES.font))],
      defaultFontFamily: FONT,
      sansSerifFamily: FONT,
    },
  })
  const image = picture.render()
  try {
    return image.asPng()
  } finally {
    image.free()
    picture.free()
  }
}

function pathOf(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1)
  const built = ['./pixels/', '../pixels/']
    .map(folder => fileURLToPath(new URL(folder + name, import.meta.url)))
    .find(path => existsSync(path))
  return built ?? fileURLToPath(import.meta.resolve(file))
}
