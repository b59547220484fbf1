// How often the master looks: as ever while anything is in hand, seldom while nothing is.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pulse } from '../../../src/master/pulse.js';

let isQuiet: boolean;
let onLook: () => void;
let looks: number[];
let pulse: Pulse;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  isQuiet = false;
  onLook = () => {};
  looks = [];
  pulse = new Pulse(() => {
    looks.push(Date.now());
    onLook();
    return isQuiet;
  });
  pulse.start();
});

afterEach(() => {
  vi.useRealTimers();
});

test('looks often while something is in hand, and seldom while nothing is', () => {
  vi.advanceTimersByTime(100);
  isQuiet = true;
  vi.advanceTimersByTime(600);
  isQuiet = false;
  vi.advanceTimersByTime(300);
  expect(looks).toEqual([50, 100, 150, 400, 650, 900, 950, 1000]);
});

test('nobody who stirs it waits for longer than ever', () => {
  isQuiet = true;
  vi.advanceTimersByTime(60);
  pulse.stir();
  isQuiet = false;
  vi.advanceTimersByTime(100);
  pulse.stir(); // it beats: nothing changes
  vi.advanceTimersByTime(50);
  expect(looks).toEqual([50, 110, 160, 210]);
});

test('being stirred by its own look makes no second timer', () => {
  isQuiet = true;
  vi.advanceTimersByTime(50);
  onLook = () => pulse.stir();
  isQuiet = false;
  vi.advanceTimersByTime(300);
  expect(looks).toEqual([50, 300, 350]);
});

test('once stopped it looks no more, also when its own look stops it', () => {
  onLook = () => pulse.stop();
  vi.advanceTimersByTime(1000);
  expect(looks).toEqual([50]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a stop while it rests is not undone by who stirs it later', () => {
  isQuiet = true;
  vi.advanceTimersByTime(60);
  pulse.stop();
  pulse.stir();
  vi.advanceTimersByTime(1000);
  expect(looks).toEqual([50]);
});
