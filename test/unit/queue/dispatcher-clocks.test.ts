import { describe, expect, it } from 'vitest';
import type { FakeRequest } from './fake-request.js';
import { Stage } from './stage.js';

describe('queue deadline', () => {
  it('refuses who waits past it', () => {
    const stage = new Stage();
    stage.submit({ queueDeadlineMs: 100 });
    stage.submit({ queueDeadlineMs: 200 });
    stage.dispatcher.sweep(100);
    expect(stage.refused).toEqual([]);
    stage.dispatcher.sweep(101);
    expect(stage.takeRefused()).toEqual(['1 QUEUE_TIMEOUT']);
    expect(stage.messages[0]).toContain('waited 101 ms');
    stage.dispatcher.sweep(201);
    expect(stage.takeRefused()).toEqual(['2 QUEUE_TIMEOUT']);
    expect(stage.dispatcher.isIdle).toBe(true);
  });

  it('refuses the late behind others that are not', () => {
    const stage = new Stage();
    stage.submit({ queueDeadlineMs: 500 });
    stage.submit({ queueDeadlineMs: 100 });
    stage.dispatcher.sweep(300);
    expect(stage.refused).toEqual(['2 QUEUE_TIMEOUT']);
  });

  it('is held at dispatch, however late the sweep comes', () => {
    const stage = new Stage();
    stage.submit({ queueDeadlineMs: 100 });
    stage.submit({ queueDeadlineMs: 900 });
    stage.nowMs = 101;
    stage.workers('A');
    expect(stage.takeSent()).toEqual(['2→A']);
    expect(stage.takeRefused()).toEqual(['1 QUEUE_TIMEOUT']);
  });

  it('is held for who comes too late, with a worker idle', () => {
    const stage = new Stage();
    stage.workers('A');
    stage.nowMs = 101;
    stage.submit({ queueDeadlineMs: 100 });
    expect([stage.sent, stage.refused]).toEqual([[], ['1 QUEUE_TIMEOUT']]);
  });

  it('counts waiting only: time at a worker that died is added', () => {
    const stage = new Stage();
    stage.submit({ queueDeadlineMs: 100 });
    stage.nowMs = 60;
    stage.workers('A');
    stage.nowMs = 5060;
    stage.die('A', 'ours');
    stage.dispatcher.sweep(5100);
    expect(stage.refused).toEqual([]);
    stage.dispatcher.sweep(5101);
    expect(stage.refused).toEqual(['1 QUEUE_TIMEOUT']);
  });

  it('holds for a suspect that waits for its reserved worker', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    const [suspect, other] = stage.submitMany(2, { queueDeadlineMs: 100 }) as [
      FakeRequest,
      FakeRequest,
    ];
    stage.die('A');
    expect(suspect.state).toBe('waiting');
    stage.submit({ queueDeadlineMs: 1000 });
    stage.nowMs = 101;
    stage.finish('B', other);
    expect(stage.takeRefused()).toEqual(['1 QUEUE_TIMEOUT']);
    expect(stage.takeSent()).toEqual(['1→A', '2→B', '3→B']);
  });

  it('stands a refusal that empties the queue meanwhile', () => {
    const stage = new Stage();
    const [, second] = stage.submitMany(3, { queueDeadlineMs: 100 }) as [FakeRequest, FakeRequest];
    stage.onRefuse = () => stage.dispatcher.withdraw(second, 200);
    stage.dispatcher.sweep(200);
    expect(stage.refused).toEqual(['1 QUEUE_TIMEOUT', '3 QUEUE_TIMEOUT']);
    expect(stage.dispatcher.isIdle).toBe(true);
  });
});

describe('execution timeout', () => {
  it('refuses the running request and has the worker killed once', () => {
    const stage = new Stage();
    stage.workers('A');
    const stuck = stage.submit({ timeoutMs: 100 });
    stage.dispatcher.sweep(99.9);
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(100);
    stage.dispatcher.sweep(150);
    expect(stage.killed).toEqual(['A overran']);
    expect(stage.takeRefused()).toEqual(['1 EXECUTION_TIMEOUT']);
    expect(stage.messages[0]).toContain('timeout of 100 ms');
    stage.nowMs = 160;
    expect(stage.die('A', 'ours')).toEqual({ runAgain: 0, refused: 0, cutOff: 0, dropped: 1 });
    expect(stuck.state).toBe('done');
  });

  it('blames nobody of several: all run again uncharged, each alone, and who expires alone did it', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A');
    const [innocent, stuck] = stage.submitMany(2, { timeoutMs: 100 }) as [FakeRequest, FakeRequest];
    stage.dispatcher.sweep(100);
    expect(stage.killed).toEqual(['A overran']);
    expect(stage.refused).toEqual([]);
    stage.nowMs = 160;
    expect(stage.die('A', 'ours')).toEqual({ runAgain: 2, refused: 0, cutOff: 0, dropped: 0 });
    expect([innocent.selfInflictedDeaths, innocent.unexplainedDeaths]).toEqual([0, 0]);
    stage.takeSent();
    stage.workers('B');
    expect(stage.takeSent()).toEqual(['1→B']);
    expect(stage.finish('B', innocent)).toBe(true);
    expect(stage.takeSent()).toEqual(['2→B']);
    stage.dispatcher.sweep(260);
    expect(stage.takeRefused()).toEqual(['2 EXECUTION_TIMEOUT']);
    expect(stuck.state).toBe('done');
  });

  it('ends the first of several when it must not run twice', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A');
    stage.submitMany(2, { timeoutMs: 100, isRetryable: false });
    stage.dispatcher.sweep(100);
    expect(stage.takeRefused()).toEqual(['1 EXECUTION_TIMEOUT']);
    expect(stage.die('A', 'ours')).toMatchObject({ refused: 1, dropped: 1 });
    expect(stage.takeRefused()).toEqual(['2 WORKER_CRASHED']);
  });

  it('gives nothing more to the worker that is about to be killed', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A');
    const [stuck] = stage.submitMany(1, { timeoutMs: 100 }) as [FakeRequest];
    stage.dispatcher.sweep(100);
    stage.nowMs = 101;
    expect(stage.finish('A', stuck, 101)).toBe(false);
    stage.submit();
    expect(stage.takeSent()).toEqual(['1→A']);
  });

  it('may be off: then nothing ends a run', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A');
    stage.submitMany(2, { timeoutMs: Number.POSITIVE_INFINITY });
    expect(stage.takeSent()).toEqual(['1→A', '2→A']);
    stage.dispatcher.sweep(1e9);
    expect([stage.killed, stage.refused]).toEqual([[], []]);
  });

  it('starts anew with each answer', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A');
    const [first, second] = stage.submitMany(2, { timeoutMs: 100 }) as [FakeRequest, FakeRequest];
    stage.nowMs = 90;
    stage.finish('A', first, 90);
    stage.dispatcher.sweep(189);
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(190);
    expect(stage.killed).toEqual(['A overran']);
    expect(second.state).toBe('done');
  });

  it('is not set back by one that joins', () => {
    const stage = new Stage();
    stage.teach(1.5);
    stage.workers('A');
    stage.submit({ timeoutMs: 100 });
    stage.nowMs = 1;
    stage.submit();
    expect(stage.takeSent()).toEqual(['1→A', '2→A']);
    stage.dispatcher.sweep(100);
    expect(stage.killed).toEqual(['A overran']);
  });

  it('starts at dispatch to an idle worker', () => {
    const stage = new Stage();
    stage.workers('A');
    stage.nowMs = 500;
    stage.submit({ timeoutMs: 100 });
    stage.dispatcher.sweep(599);
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(600);
    expect(stage.killed).toEqual(['A overran']);
  });

  it('also ends a run that nobody waits for any more, without an answer', () => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit({ timeoutMs: 100 });
    stage.dispatcher.withdraw(request, 1);
    stage.dispatcher.sweep(100);
    expect(stage.killed).toEqual(['A overran']);
    expect(stage.refused).toEqual([]);
  });

  it('holds between the parts of a stream, which can only be cut off', () => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit({ timeoutMs: 100 });
    expect(stage.dispatcher.progressed(stage.load('A'), request, 90)).toBe(true);
    expect(stage.dispatcher.progressed(stage.load('A'), request, 180)).toBe(true);
    stage.dispatcher.sweep(279);
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(280);
    expect(stage.killed).toEqual(['A overran']);
    expect(stage.cutOff).toEqual([1]);
    expect(stage.refused).toEqual([]);
    expect(stage.dispatcher.progressed(stage.load('A'), request, 281)).toBe(false);
  });

  it('moves no other clock when a stream goes on behind the running request', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A');
    const [, second] = stage.submitMany(2, { timeoutMs: 100 }) as [FakeRequest, FakeRequest];
    stage.dispatcher.progressed(stage.load('A'), second, 90);
    stage.dispatcher.sweep(100);
    expect(stage.killed).toEqual(['A overran']);
  });

  it('stands still while the client does not take its stream', () => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit({ timeoutMs: 100 });
    stage.dispatcher.progressed(stage.load('A'), request, 10);
    request.isHeldBack = true;
    for (let nowMs = 50; nowMs <= 1000; nowMs += 50) stage.dispatcher.sweep(nowMs);
    request.isHeldBack = false;
    stage.dispatcher.sweep(1099);
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(1100);
    expect(stage.killed).toEqual(['A overran']);
  });

  it('goes on for a stream whose slow client has left', () => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit({ timeoutMs: 100 });
    stage.dispatcher.progressed(stage.load('A'), request, 10);
    request.isHeldBack = true; // and nobody will say that its client goes on
    stage.dispatcher.sweep(500);
    stage.dispatcher.withdraw(request, 510);
    stage.dispatcher.sweep(599);
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(600);
    expect(stage.killed).toEqual(['A overran']);
  });

  it('blames nobody when the process was stopped: all run again', () => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit({ timeoutMs: 100 });
    stage.stopped.add('A');
    stage.dispatcher.sweep(100);
    expect(stage.killed).toEqual(['A stopped']);
    expect(stage.refused).toEqual([]);
    expect(stage.die('A', 'ours')).toMatchObject({ runAgain: 1 });
    stage.takeSent();
    stage.workers('B');
    expect(stage.takeSent()).toEqual(['1→B']);
    expect(stage.finish('B', request)).toBe(true);
  });

  it('sends a suspect that waited for the worker to another', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    stage.submit();
    stage.submit({ timeoutMs: 100 });
    stage.die('A');
    expect(stage.load('B').reservedFor?.arrival).toBe(1);
    stage.dispatcher.sweep(100);
    expect(stage.load('B').reservedFor).toBeUndefined();
    stage.takeSent();
    stage.workers('C');
    expect(stage.takeSent()).toEqual(['1→C']);
  });
});
