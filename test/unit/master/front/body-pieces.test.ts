import { describe, expect, it } from 'vitest';
import { BodyPieces } from '../../../../src/master/front/body-pieces.js';

function gathered(sizes: readonly number[]): { body: Buffer[]; sent: Buffer } {
  const request: { body: Buffer[] } = { body: [] };
  const pieces = new BodyPieces(request);
  let next = 0;
  const sent = sizes.map((size) => Buffer.from(Array.from({ length: size }, () => next++ % 251)));
  for (const piece of sent) pieces.add(piece);
  return { body: request.body, sent: Buffer.concat(sent) };
}

describe('BodyPieces', () => {
  it.each([
    { name: 'a few small ones', sizes: Array(16).fill(3), most: 16 },
    { name: 'a hundred thousand single bytes', sizes: Array(100_000).fill(1), most: 16 + 7 },
    { name: 'large ones', sizes: Array(40).fill(5000), most: 40 },
    { name: 'large and small by turns', sizes: Array(200).fill([1, 5000]).flat(), most: 400 },
    { name: 'middling ones', sizes: Array(500).fill(1000), most: 16 + 31 },
  ])('keeps every byte in its place, in few pieces: $name', ({ sizes, most }) => {
    const { body, sent } = gathered(sizes);
    expect(Buffer.concat(body).equals(sent)).toBe(true);
    expect(body.length).toBeLessThanOrEqual(most);
  });

  it('holds little more than there is, whatever comes by turns', () => {
    const { body, sent } = gathered(Array(500).fill([1, 4096]).flat());
    const blocks = new Set(body.map(({ buffer }) => buffer));
    const held = [...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(held).toBeLessThan(sent.length + 16 * Buffer.poolSize + 16 * 1024);
  });

  it('lets go of what the request has let go of', () => {
    const request: { body: Buffer[] } = { body: [] };
    const pieces = new BodyPieces(request);
    pieces.add(Buffer.alloc(10));
    request.body = [];
    pieces.add(Buffer.alloc(5));
    expect(request.body).toHaveLength(1);
  });
});
