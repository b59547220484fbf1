import { describe, expect, it } from 'vitest';
import { quietTurn } from '../../../../src/master/listen/quiet-turn.js';

describe('quietTurn', () => {
  it('waits while each turn of the loop brings a connection, and not after that', async () => {
    let accepted = 0;
    const arriving = { left: 20 };
    const arrive = (): void => {
      if (arriving.left === 0) return;
      arriving.left -= 1;
      accepted += 1;
      setImmediate(arrive);
    };
    arrive();
    await quietTurn(() => accepted);
    expect(arriving.left).toBe(0);
  });

  it('does not wait for ever', async () => {
    let accepted = 0;
    await quietTurn(() => {
      accepted += 1;
      return accepted;
    });
    expect(accepted).toBeGreaterThan(1);
  });
});
