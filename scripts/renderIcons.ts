import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { chromiumToRun } from '../test/support/chromium.ts';

/**
 * Renders the tray icons from `resources/tray/source`: run `npm run icons` after a change there. The results
 * are committed, so that a build needs no browser.
 */
const STATES = ['up_to_date', 'idle', 'running', 'waiting', 'paused', 'attention'] as const;

/** The badge's colours work on light and dark panels; its shape distinguishes the states without colour. */
const BADGES = {
  light: {
    up_to_date: '#1a7f37',
    running: '#0969da',
    waiting: '#9a6700',
    paused: '#57606a',
    attention: '#cf222e',
  },
  dark: {
    up_to_date: '#3fb950',
    running: '#58a6ff',
    waiting: '#e3b341',
    paused: '#9da7b3',
    attention: '#ff7b72',
  },
} as const;
/** Dark glyphs for light panels, light ones for dark panels. */
const GLYPHS = { light: '#24292f', dark: '#f0f6fc' } as const;

const LINUX_SIZES = [22, 24, 32, 48] as const;
const WINDOWS_SIZES = [16, 20, 24, 32, 48] as const;
const MAC_SIZES = [16, 32] as const;

type State = (typeof STATES)[number];
type Panel = keyof typeof GLYPHS;

const browser = await chromium.launch(await chromiumToRun());
try {
  const page = await browser.newPage();
  const png = async (state: State, glyph: string, badge: string, size: number): Promise<Buffer> => {
    const source = readFileSync(`resources/tray/source/${state}.svg`, 'utf8');
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(
      `<style>html,body{margin:0;background:transparent;color:${glyph}}svg{display:block;width:${size}px;height:${size}px}.badge{fill:${badge}}</style>${source}`,
    );
    return page.screenshot({ omitBackground: true });
  };
  const badgeOf = (state: State, panel: Panel): string =>
    state === 'idle' ? GLYPHS[panel] : BADGES[panel][state];
  for (const folder of ['linux', 'windows', 'mac'])
    mkdirSync(`resources/tray/${folder}`, { recursive: true });
  for (const state of STATES) {
    for (const panel of ['light', 'dark'] as const) {
      for (const size of LINUX_SIZES) {
        const image = await png(state, GLYPHS[panel], badgeOf(state, panel), size);
        writeFileSync(`resources/tray/linux/${state}-${panel}-${size}.png`, image);
      }
      const images = [];
      for (const size of WINDOWS_SIZES) {
        images.push({ size, image: await png(state, GLYPHS[panel], badgeOf(state, panel), size) });
      }
      writeFileSync(`resources/tray/windows/${state}-${panel}.ico`, ico(images));
    }
    // macOS colours template images itself: only opacity counts.
    for (const size of MAC_SIZES) {
      const scale = size === 32 ? '@2x' : '';
      writeFileSync(
        `resources/tray/mac/${state}Template${scale}.png`,
        await png(state, '#000', '#000', size),
      );
    }
  }
} finally {
  await browser.close();
}

/** An icon file with PNG images, which Windows reads since Vista: a directory, then the images. */
function ico(images: readonly { readonly size: number; readonly image: Buffer }[]): Buffer {
  const ENTRY = 16;
  const header = Buffer.alloc(6 + ENTRY * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(({ size, image }, index) => {
    const at = 6 + ENTRY * index;
    header.writeUInt8(size, at);
    header.writeUInt8(size, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(image.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += image.length;
  });
  return Buffer.concat([header, ...images.map((one) => one.image)]);
}
