/** The last result of each goal, so that a page can be made of goals that were measured one by one. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Machine, thisMachine } from '../machine.js';
import { ROOT } from '../paths.js';
import { GOALS } from './catalogue.js';
import type { GoalResult } from './goal.js';

export type Latest = {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly isQuick: boolean;
  readonly result: GoalResult;
};

const FOLDER = new URL('loadtest/results/latest/', ROOT);

export function keepLatest(result: GoalResult, isQuick: boolean): void {
  mkdirSync(FOLDER, { recursive: true });
  const latest: Latest = {
    measuredAt: new Date().toISOString(),
    machine: thisMachine(),
    isQuick,
    result,
  };
  writeFileSync(new URL(`${result.name}.json`, FOLDER), `${JSON.stringify(latest)}\n`);
}

/** In the order of the catalogue; without those that were never measured. */
export function readLatest(): Latest[] {
  return GOALS.flatMap(({ name }) => {
    try {
      return [JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Latest];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}
