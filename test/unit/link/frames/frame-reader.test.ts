import { describe, expect, test } from 'vitest';
import {
  bodyStart,
  FRAME,
  frameId,
  frameType,
  HEADER_BYTES,
  NO_FIGURES,
  ProtocolError,
  writeHeader,
  writeLengths,
} from '../../../../src/link/frames/frame.js';
import { FrameReader } from '../../../../src/link/frames/frame-reader.js';

function frame(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  writeHeader(head, 0, FRAME.REPLY_CHUNK, 0, 0, id, NO_FIGURES);
  writeLengths(head, 0, HEADER_BYTES + body.length, 0);
  return Buffer.concat([head, body]);
}

function bodyOf(index: number): Buffer {
  return Buffer.from('x'.repeat(index * 7) + index);
}

type Got = { id: number; body: string };

function reading(limitBytes?: number): { reader: FrameReader; got: Got[] } {
  const got: Got[] = [];
  const reader = new FrameReader((buffer, start, end) => {
    expect(frameType(buffer, start)).toBe(FRAME.REPLY_CHUNK);
    const body = buffer.toString('latin1', bodyStart(buffer, start, end), end);
    got.push({ id: frameId(buffer, start), body });
  }, limitBytes);
  return { reader, got };
}

const IDS = [0, 1, 255, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
const STREAM = Buffer.concat(IDS.map((id, index) => frame(id, bodyOf(index))));
const EXPECTED = IDS.map((id, index) => ({ id, body: bodyOf(index).toString() }));

describe('FrameReader', () => {
  test('cuts frames that come together', () => {
    const { reader, got } = reading();
    reader.push(STREAM);
    expect(got).toEqual(EXPECTED);
  });

  test('puts frames together that were split at any byte', () => {
    for (let at = 0; at <= STREAM.length; at += 1) {
      const { reader, got } = reading();
      reader.push(STREAM.subarray(0, at));
      reader.push(STREAM.subarray(at));
      expect(got).toEqual(EXPECTED);
    }
  });

  test.each([1, 2, 3, 5, 31, 64])('reads pieces of %i bytes', (bytes) => {
    const { reader, got } = reading();
    for (let at = 0; at < STREAM.length; at += bytes) reader.push(STREAM.subarray(at, at + bytes));
    expect(got).toEqual(EXPECTED);
  });

  test('copies a large frame once, into a buffer of its own length', () => {
    const body = Buffer.alloc(3_000_000, 'abc');
    const bytes = frame(7, body);
    const buffers: Buffer[] = [];
    const reader = new FrameReader((buffer, start, end) => {
      buffers.push(buffer);
      expect([start, end]).toEqual([0, bytes.length]);
    });
    for (let at = 0; at < bytes.length; at += 65_536) reader.push(bytes.subarray(at, at + 65_536));
    expect(buffers).toHaveLength(1);
    expect(buffers[0]?.equals(bytes)).toBe(true);
  });

  test('puts the body of a large frame where its numbers can be read in place', () => {
    for (const headBytes of [0, 1, 7, 93]) {
      const bytes = frame(7, Buffer.alloc(200_000 + headBytes));
      writeLengths(bytes, 0, bytes.length, headBytes);
      const offsets: number[] = [];
      const reader = new FrameReader((buffer, start, end) => {
        offsets.push((buffer.byteOffset + bodyStart(buffer, start, end)) % 8);
      });
      reader.push(bytes.subarray(0, 70_000));
      reader.push(bytes.subarray(70_000));
      expect(offsets).toEqual([0]);
    }
  });

  test.each([1, 3, 40, 1000, 60_000, 1_000_000])(
    'reads to the space it gives, at most %i bytes at a time',
    (most) => {
      const bodies = most < 40 ? [0, 5, 70_000] : [0, 5, 300, 200_000, 1, 3_000_000, 90_000, 2];
      const stream = Buffer.concat(
        bodies.map((bytes, id) => frame(id, Buffer.alloc(bytes, `${id}`))),
      );
      const { reader, got } = reading();
      let at = 0;
      // Judged once: an `expect` for each byte would take seconds.
      let isRead = true;
      while (isRead && at < stream.length) {
        const bytes = stream.copy(reader.space(), 0, at, at + most);
        isRead = bytes > 0 && reader.took(bytes) === undefined;
        at += bytes;
      }
      expect(isRead).toBe(true);
      const expected = bodies.map((bytes, id) => ({ id, body: `${id}`.repeat(bytes) }));
      expect(got.map(({ id, body }) => [id, body === expected[id]?.body])).toEqual(
        expected.map(({ id }) => [id, true]),
      );
    },
  );

  test('never gives a space twice: what was delivered may be kept', () => {
    const kept: { buffer: Buffer; start: number; end: number }[] = [];
    const reader = new FrameReader((buffer, start, end) => kept.push({ buffer, start, end }));
    for (let id = 0; id < 1000; id += 1)
      reader.took(frame(id, bodyOf(id % 50)).copy(reader.space()));
    for (const [id, { buffer, start, end }] of kept.entries()) {
      const body = buffer.subarray(bodyStart(buffer, start, end), end);
      expect([frameId(buffer, start), body.equals(bodyOf(id % 50))]).toEqual([id, true]);
    }
  });

  test('returns a fault of what was read to its space', () => {
    const { reader } = reading();
    reader.space().fill(0, 0, 64);
    expect(reader.took(64)).toBeInstanceOf(ProtocolError);
  });

  test('a small frame lies where it was read', () => {
    const chunk = frame(1, Buffer.from('here'));
    const reader = new FrameReader((buffer) => expect(buffer).toBe(chunk));
    reader.push(chunk);
    expect.assertions(1);
  });

  test.each([0, 1, HEADER_BYTES - 1])('refuses a frame of %i bytes', (bytes) => {
    const { reader } = reading();
    const chunk = Buffer.alloc(64);
    chunk.writeUInt32LE(bytes);
    expect(() => reader.push(chunk)).toThrow(ProtocolError);
  });

  test('refuses a frame over the limit before there is memory for it', () => {
    const { reader, got } = reading(100);
    reader.push(frame(1, Buffer.alloc(100 - HEADER_BYTES)));
    expect(got).toHaveLength(1);
    expect(() => reader.push(frame(2, Buffer.alloc(101 - HEADER_BYTES)).subarray(0, 4))).toThrow(
      ProtocolError,
    );
  });

  test('refuses a head longer than its frame', () => {
    const { reader } = reading();
    const chunk = frame(1, Buffer.alloc(4));
    writeLengths(chunk, 0, chunk.length, 5);
    expect(() => reader.push(chunk)).toThrow(ProtocolError);
  });

  test('delivers nothing after stop, not even from the same chunk', () => {
    const ids: number[] = [];
    const reader = new FrameReader((buffer, start) => {
      ids.push(frameId(buffer, start));
      reader.stop();
    });
    reader.push(STREAM);
    reader.push(STREAM);
    expect(ids).toEqual([0]);
  });
});
