import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  bodyStart,
  FRAME,
  frameId,
  headText,
  NO_FIGURES,
  NO_LENGTH,
} from '../../../../src/link/frames/frame.js';
import { FrameReader } from '../../../../src/link/frames/frame-reader.js';
import { FrameWriter } from '../../../../src/link/frames/frame-writer.js';
import { socketPair } from '../../../fixtures/socket-pair.js';

/** A stream that records each write, or holds it until `release`. */
class Recorder extends Duplex {
  readonly writes: Buffer[][] = [];
  isHolding = false;
  readonly #held: (() => void)[] = [];

  constructor(writableHighWaterMark?: number) {
    super(writableHighWaterMark === undefined ? {} : { writableHighWaterMark });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#take([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  release(): void {
    this.isHolding = false;
    for (const done of this.#held.splice(0)) done();
  }

  #take(chunks: Buffer[], done: () => void): void {
    this.writes.push(chunks);
    if (this.isHolding) this.#held.push(done);
    else done();
  }
}

type Got = { id: number; head: string[]; body: string };

function read(writes: Buffer[][]): Got[] {
  const got: Got[] = [];
  const reader = new FrameReader((buffer, at, end) => {
    const start = bodyStart(buffer, at, end);
    got.push({
      id: frameId(buffer, at),
      head: headText(buffer, at, start).split('\n'),
      body: buffer.toString('utf8', start, end),
    });
  });
  for (const chunk of writes.flat()) reader.push(chunk);
  return got;
}

function add(writer: FrameWriter, id: number, head: string, body: string | Uint8Array): void {
  writer.addReply(FRAME.REPLY, 0, 200, id, head, NO_FIGURES, NO_LENGTH, body);
}

describe('FrameWriter', () => {
  test('writes all frames of a turn at once, packed together', async () => {
    const stream = new Recorder();
    const writer = new FrameWriter(stream);
    add(writer, 1, 'a\nb', 'text');
    add(writer, 2, '', Buffer.from('bytes'));
    add(writer, 2 ** 40, 'gr\u00fcn', 'ü✓');
    writer.addRequest(0, 0, 4, 'x', [Buffer.from('one'), Buffer.from('two')], 6);
    expect(stream.writes).toHaveLength(0);
    await turn();
    expect(stream.writes).toHaveLength(1);
    expect(stream.writes[0]).toHaveLength(1);
    expect(read(stream.writes)).toEqual([
      { id: 1, head: ['a', 'b'], body: 'text' },
      { id: 2, head: [''], body: 'bytes' },
      { id: 2 ** 40, head: ['grün'], body: 'ü✓' },
      { id: 4, head: ['x'], body: 'onetwo' },
    ]);
  });

  test('a text that is known to be ASCII is written as it is, of any size', async () => {
    const stream = new Recorder();
    const writer = new FrameWriter(stream);
    const long = '0.25,'.repeat(5000);
    for (const [id, body] of ['', '{"a":[1,2.5]}', long].entries()) {
      writer.addReply(FRAME.REPLY, 0, 200, id, 'h', NO_FIGURES, body.length, body, true);
    }
    await turn();
    expect(read(stream.writes)).toEqual([
      { id: 0, head: ['h'], body: '' },
      { id: 1, head: ['h'], body: '{"a":[1,2.5]}' },
      { id: 2, head: ['h'], body: long },
    ]);
  });

  test('told that nothing more is to come, writes before the turn ends, once', async () => {
    const stream = new Recorder();
    const writer = new FrameWriter(stream);
    let atEnd = -1;
    setImmediate(() => {
      atEnd = stream.writes.length;
    });
    add(writer, 1, 'a', 'one');
    writer.flushSoon();
    add(writer, 2, 'b', 'two');
    writer.flushSoon();
    expect(stream.writes).toHaveLength(0);
    await turn();
    expect(atEnd).toBe(1);
    expect(read(stream.writes).map(({ id }) => id)).toEqual([1, 2]);
    writer.flushSoon();
    add(writer, 3, 'c', 'three');
    await turn();
    expect(stream.writes).toHaveLength(2);
  });

  test('passes a large body by reference, still in one write', async () => {
    const stream = new Recorder();
    const writer = new FrameWriter(stream);
    const body = Buffer.alloc(1_000_000, 'b');
    add(writer, 1, 'before', 'x');
    add(writer, 2, 'large', body);
    add(writer, 3, 'after', 'y');
    await turn();
    expect(stream.writes).toHaveLength(1);
    expect(stream.writes[0]?.some((part) => part === body)).toBe(true);
    expect(read(stream.writes).map(({ id, body: { length } }) => [id, length])).toEqual([
      [1, 1],
      [2, 1_000_000],
      [3, 1],
    ]);
  });

  test('keeps many turns and full slabs in order', async () => {
    const stream = new Recorder();
    const writer = new FrameWriter(stream);
    const expected: Got[] = [];
    for (let id = 0; id < 300; id += 1) {
      const body = `${id}-`.repeat((id * 37) % 2000);
      add(writer, id, `head ${id}`, id % 2 === 0 ? body : Buffer.from(body));
      expected.push({ id, head: [`head ${id}`], body });
      if (id % 50 === 0) await turn();
    }
    await turn();
    expect(read(stream.writes)).toEqual(expected);
  });

  test('leaves alone what a full socket has not taken yet', async () => {
    const [ours, theirs] = await socketPair();
    const writer = new FrameWriter(ours);
    const ids: number[] = [];
    for (let id = 0; id < 200; id += 1) {
      add(writer, id, `head ${id}`, `${id}-`.repeat(3000));
      ids.push(id);
      await turn();
    }
    expect(ours.writableLength).toBeGreaterThan(0);
    ours.end();
    const chunks: Buffer[] = [];
    for await (const chunk of theirs) chunks.push(chunk);
    const got = read([chunks]);
    expect(got.map(({ id }) => id)).toEqual(ids);
    for (const { id, body } of got) expect(body === `${id}-`.repeat(3000), `${id}`).toBe(true);
  });

  test('a head larger than a slab gets through', async () => {
    const stream = new Recorder();
    const writer = new FrameWriter(stream);
    add(writer, 1, 'h'.repeat(200_000), 'body');
    await turn();
    expect(read(stream.writes)[0]?.head[0]).toHaveLength(200_000);
  });

  test('is backed up by what waits for the turn, and says when it no longer is', async () => {
    const stream = new Recorder();
    const writer = new FrameWriter(stream);
    let drains = 0;
    writer.onDrain = () => {
      drains += 1;
    };
    add(writer, 1, '', Buffer.alloc(30_000));
    expect(writer.isBackedUp).toBe(false);
    add(writer, 2, '', Buffer.alloc(40_000));
    expect(writer.isBackedUp).toBe(true);
    await turn();
    await turn();
    expect(writer.isBackedUp).toBe(false);
    expect(drains).toBeGreaterThan(0);
  });

  test('says so as well where the stream itself was never full', async () => {
    const writer = new FrameWriter(new Recorder(1_000_000));
    let drains = 0;
    writer.onDrain = () => {
      drains += 1;
    };
    add(writer, 1, '', Buffer.alloc(70_000));
    expect(writer.isBackedUp).toBe(true);
    await turn();
    expect(writer.isBackedUp).toBe(false);
    expect(drains).toBe(1);
  });

  test('is backed up while the other end does not read', async () => {
    const stream = new Recorder();
    const writer = new FrameWriter(stream);
    let drains = 0;
    writer.onDrain = () => {
      drains += 1;
    };
    stream.isHolding = true;
    add(writer, 1, '', Buffer.alloc(100_000));
    await turn();
    await turn();
    expect(writer.isBackedUp).toBe(true);
    expect(writer.unsentBytes).toBeGreaterThanOrEqual(100_000);
    expect(drains).toBe(0);
    stream.release();
    await turn();
    expect(writer.isBackedUp).toBe(false);
    expect(drains).toBe(1);
  });

  test('does nothing on a destroyed stream', async () => {
    const stream = new Recorder();
    const writer = new FrameWriter(stream);
    add(writer, 1, '', 'x');
    stream.destroy();
    add(writer, 2, '', Buffer.alloc(100_000));
    await turn();
    expect(stream.writes).toHaveLength(0);
  });
});
