/** Small files that are large once opened, and files that are two things at once. Each with what must become of it. */
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { drawn, flatPng, gifBomb, pngChunk } from '../../adapters/images/pictures.js';

export interface Bomb {
  readonly name: string;
  readonly bytes: Buffer;
  /** `decoded` or the code of the refusal. */
  readonly becomes: readonly string[];
}
const REFUSED_LARGE = ['image_too_large'];
const REFUSED_KIND = ['image_unsupported'];
/** It may be read as the picture that it also is; what hangs on it must not survive. */
const READ = ['decoded'];

/** Stands in every payload, so that a re-encoded picture can be searched for it. */
export const PAYLOAD = 'heron-payload-2f9c';
const script = Buffer.from(`<script>${PAYLOAD}</script>`.repeat(40));
const zip = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.from(PAYLOAD.repeat(40)), Buffer.from('PK\x05\x06')]);

export async function bombs(): Promise<readonly Bomb[]> {
  const large = sharp({ create: { width: 6_300, height: 6_300, channels: 3, background: '#3a7', noise: noise() } });
  const png = await drawn(64, 64).png().toBuffer();
  const jpeg = await drawn(64, 64).jpeg().toBuffer();
  const gif = await drawn(64, 64).gif().toBuffer();
  return [
    { name: 'pixel flood', bytes: flatPng(30_000, 30_000), becomes: REFUSED_LARGE },
    { name: 'strip', bytes: flatPng(60_000, 2), becomes: REFUSED_LARGE },
    { name: 'largest that is allowed', bytes: flatPng(8_000, 5_000), becomes: READ },
    { name: 'progressive JPEG', bytes: await large.jpeg({ progressive: true, quality: 40 }).toBuffer(), becomes: READ },
    { name: 'animation on a huge canvas', bytes: gifBomb(20_000, 50), becomes: REFUSED_LARGE },
    { name: 'animation of 1,900 frames', bytes: gifBomb(64, 1_900), becomes: READ },
    { name: 'animation of 5,000 frames', bytes: gifBomb(8, 5_000), becomes: REFUSED_LARGE },
    {
      name: 'deep zlib in a comment',
      bytes: withChunk(png, 'zTXt', commentBomb()),
      becomes: [...READ, 'image_unreadable'],
    },
    {
      name: 'deep zlib in a profile',
      bytes: withChunk(png, 'iCCP', profileBomb()),
      becomes: [...READ, 'image_unreadable'],
    },
    {
      name: 'SVG',
      bytes: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`),
      becomes: REFUSED_KIND,
    },
    { name: 'TIFF of pages', bytes: await drawn(64, 64).tiff().toBuffer(), becomes: REFUSED_KIND },
    { name: 'PDF', bytes: Buffer.from(`%PDF-1.7\n${script}`), becomes: REFUSED_KIND },
    { name: 'ZIP named .jpg', bytes: zip, becomes: REFUSED_KIND },
    { name: 'JPEG and ZIP', bytes: Buffer.concat([jpeg, zip]), becomes: READ },
    { name: 'PNG and script', bytes: Buffer.concat([png, script]), becomes: READ },
    { name: 'GIF and script', bytes: Buffer.concat([gif, script]), becomes: READ },
    {
      name: 'script in EXIF',
      bytes: await drawn(64, 64)
        .withExif({ IFD0: { Copyright: script.toString() } })
        .jpeg()
        .toBuffer(),
      becomes: READ,
    },
    { name: 'place in EXIF', bytes: await withPlace(), becomes: READ },
  ];
}

const noise = () => ({ type: 'gaussian', mean: 128, sigma: 30 }) as const;
const BOMB_BYTES = 200_000_000;
const zeros = (): Buffer => deflateSync(Buffer.alloc(BOMB_BYTES), { level: 9 });
const commentBomb = (): Buffer => Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), zeros()]);
const profileBomb = (): Buffer => Buffer.concat([Buffer.from('profile\0\0', 'latin1'), zeros()]);

/** Right behind the header, which is 8 + 25 bytes. */
const withChunk = (png: Buffer, type: string, body: Buffer): Buffer =>
  Buffer.concat([png.subarray(0, 33), pngChunk(type, body), png.subarray(33)]);

export const withPlace = (): Promise<Buffer> =>
  drawn(64, 64)
    .withExif({
      IFD0: { Make: PAYLOAD },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '52/1 31/1 12/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '13/1 24/1 18/1',
      },
    })
    .jpeg()
    .toBuffer();
