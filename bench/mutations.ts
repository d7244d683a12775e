/** Good pictures and seeded damage to them, for the bench and for the fault tests. */
import sharp from 'sharp';

export async function goodPictures(): Promise<readonly Buffer[]> {
  const raw = Buffer.from(Array.from({ length: 160 * 120 * 3 }, (_, i) => (i * 7) & 255));
  const still = sharp(raw, { raw: { width: 160, height: 120, channels: 3 } });
  const formats = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;
  const stills = await Promise.all(formats.map((format) => still.clone().toFormat(format).toBuffer()));
  const frames = await Promise.all(
    [0, 90, 180].map((angle) => still.clone().rotate(angle).resize(80, 80).png().toBuffer()),
  );
  const joined = () => sharp([...frames], { join: { animated: true } });
  const moving = await Promise.all([
    joined().gif().toBuffer(),
    joined().webp().toBuffer(),
    still.clone().jpeg({ progressive: true }).toBuffer(),
  ]);
  return [...stills, ...moving];
}

/** Bytes changed, cut off, doubled or swapped; the first four stay often enough that a decoder is reached. */
export function mutated(good: Buffer, random: () => number): Buffer {
  const at = (limit: number): number => Math.floor(random() * limit);
  const bytes = Buffer.from(good);
  const kind = at(5);
  if (kind === 0) return bytes.subarray(0, at(bytes.length));
  if (kind === 1) return Buffer.concat([bytes, bytes.subarray(at(bytes.length))]);
  if (kind === 2) {
    const from = 4 + at(bytes.length - 8);
    bytes.fill(at(256), from, Math.min(bytes.length, from + 1 + at(64)));
    return bytes;
  }
  const head = kind === 3 ? 64 : bytes.length;
  for (let i = 0; i < 1 + at(8); i += 1) bytes[Math.min(bytes.length - 1, 4 + at(head))] = at(256);
  return bytes;
}
