import { describe, expect, it } from 'vitest';
import { keepsSignals } from '../../../../../src/master/workers/launch/death-signal.js';

const status = (uid: number, permitted: string): string =>
  `Name:\tnode\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nCapPrm:\t${permitted}\nCapEff:\t${permitted}\n`;

describe('keepsSignals', () => {
  it.each([
    { name: 'root', text: status(0, '000001ffffffffff'), keeps: true },
    { name: 'somebody without rights', text: status(1000, '0000000000000000'), keeps: true },
    {
      name: 'Node with capabilities of its own',
      text: status(1000, '0000000000000400'),
      keeps: false,
    },
    { name: 'a system that does not tell', text: '', keeps: false },
  ])('$name: $keeps', ({ text, keeps }) => {
    expect(keepsSignals(text)).toBe(keeps);
  });
});
