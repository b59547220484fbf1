import { describe, expect, it } from 'vitest';
import type { Latest } from '../../../../loadtest/goals/latest.js';
import { measuredPage, withGoals, withPlots } from '../../../../loadtest/goals/publish.js';

const LATEST: Latest = {
  measuredAt: '2026-01-02T03:04:05.678Z',
  machine: { cpu: 'A CPU', cpus: 2, memoryGb: 8, kernel: '6.1', node: 'v20.20.0' },
  isQuick: true,
  result: {
    ...{ name: 'cpu', title: 'CPU', method: 'So.', seconds: 3, busyBefore: 0, figures: null },
    verdicts: [{ of: 'lr', goal: '≤ 1 ×', measured: '0.50 ×', isMet: true }],
    plots: [{ name: 'p', title: 'P', svg: '<svg/>' }],
  },
};
const CONDITIONS =
  'Node v20.20.0, 2 × A CPU, 8 GB, Linux 6.1, 2026-01-02, short rounds. The load generator runs on the same CPUs.';
const ROW = '| CPU | lr | ≤ 1 × | 0.50 × | met |';

describe('measuredPage', () => {
  it('has the conditions once, the table, and the plots beside it', () => {
    const page = measuredPage([LATEST, LATEST]);
    expect(page.split(CONDITIONS)).toHaveLength(2);
    expect(page).toContain(ROW);
    expect(page).toContain('![P](./p.svg)');
  });

  it('says what was measured under which conditions, where they were several', () => {
    const result = { ...LATEST.result, name: 'tail' };
    const page = measuredPage([LATEST, { ...LATEST, isQuick: false, result }, LATEST]);
    expect(page).toContain(`${CONDITIONS} So: cpu, cpu.\n`);
    expect(page).toContain(`${CONDITIONS.replace(', short rounds', '')} So: tail.\n`);
  });
});

describe('withGoals', () => {
  const page = `before\n<!-- goals: written by \`npm run loadtest -- publish\` -->\nold\n<!-- /goals -->\nafter\n`;

  it('puts the table between the marks, again and again, and leaves the rest', () => {
    const once = withGoals(page, [LATEST]);
    expect(once).toContain(CONDITIONS);
    expect(once).toContain(ROW);
    expect(once).not.toContain('old');
    expect(once.startsWith('before\n')).toBe(true);
    expect(once.endsWith('<!-- /goals -->\nafter\n')).toBe(true);
    expect(withGoals(once, [LATEST])).toBe(once);
  });

  it('says so when the marks are gone', () => {
    expect(() => withGoals('nothing', [LATEST])).toThrow('lost its marks');
  });
});

describe('withPlots', () => {
  it('puts each plot that there is behind its mark, once', () => {
    const page = 'a\n<!-- plot p -->\nb\n<!-- plot q -->\nc\n';
    const once = withPlots(page, [LATEST]);
    expect(once).toBe('a\n<!-- plot p -->\n![P](performance/p.svg)\nb\n<!-- plot q -->\nc\n');
    expect(withPlots(once, [LATEST])).toBe(once);
  });
});
