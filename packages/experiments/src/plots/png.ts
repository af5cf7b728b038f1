import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

const FONTS = ['400Regular/OpenSans_400Regular.ttf', '600SemiBold/OpenSans_600SemiBold.ttf'];

let ready: Promise<Uint8Array[]> | undefined;

/** WebAssembly and fonts come with the packages, so that text is there on a machine without any font. */
function prepare(): Promise<Uint8Array[]> {
  ready ??= (async () => {
    const { resolve } = createRequire(import.meta.url);
    await initWasm(await readFile(resolve('@resvg/resvg-wasm/index_bg.wasm')));
    return Promise.all(FONTS.map((name) => readFile(resolve(`@expo-google-fonts/open-sans/${name}`))));
  })();
  return ready;
}

/**
 * Draws an SVG file of this package as a PNG file, on white.
 *
 * @param scale Pixels a unit of the drawing; 2 is sharp in print and on fine screens.
 */
export async function svgToPng(svg: string, { scale = 2 }: { readonly scale?: number } = {}): Promise<Uint8Array> {
  const fontBuffers = await prepare();
  const drawing = new Resvg(svg, {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: scale },
    font: { fontBuffers, defaultFontFamily: 'Open Sans', sansSerifFamily: 'Open Sans' },
  });
  const image = drawing.render();
  try {
    return image.asPng();
  } finally {
    image.free();
    drawing.free();
  }
}
