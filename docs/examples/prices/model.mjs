/** Asynchronous: waits for something else, and stops when the client has left. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

let prices;

export default {
  timeout: '2s',
  warmup: { instances: ['apple'] },

  async load({ folder, logger }) {
    prices = JSON.parse(await readFile(`${folder}/prices.json`, 'utf8'));
    logger.info({ fruits: Object.keys(prices).length }, 'prices loaded');
  },

  async predict(instances, { signal }) {
    // In place of a database or another service; most take a signal as this does.
    await delay(5, undefined, { signal });
    return instances.map((fruit) => prices[fruit] ?? null);
  },

  dispose() {
    prices = undefined;
  },
};
