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
