import { describe, expect, it } from 'vitest';
import { lineChart } from '../../../../loadtest/plots/line-chart.js';
import { stackedBars } from '../../../../loadtest/plots/stacked-bars.js';

describe('lineChart', () => {
  const chart = lineChart({
    ...{ name: 'p', title: 'a < b' },
    x: { label: 'rows', isLog: false },
    y: { label: 'ms', isLog: false },
    series: [
      {
        name: 'ours',
        points: [
          [0, 0],
          [10, 100],
        ],
      },
      {
        name: 'theirs',
        points: [
          [0, Number.NaN],
          [10, 50],
        ],
      },
    ],
  });

  it('draws each series from corner to corner, without what is no number', () => {
    const lines = [...chart.svg.matchAll(/<polyline points="([^"]*)"/g)].map(
      ([, points]) => points,
    );
    expect(lines).toEqual(['64,348 696,64', '696,206']);
  });

  it('names axes and series, and takes no markup from them', () => {
    for (const words of ['>rows<', '>ms<', '>ours<', '>theirs<', '>a &lt; b<']) {
      expect(chart.svg).toContain(words);
    }
  });
});

describe('stackedBars', () => {
  it('puts the parts of a bar end to end, and their sum behind them', () => {
    const { svg } = stackedBars({
      ...{ name: 'p', title: 't', unit: 'µs', parts: ['master', 'worker'] },
      bars: [{ group: 'm', name: 'ours', values: [40, 60] }],
    });
    const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)" height="20"/g)];
    const [first, second] = bars.map(([, x, width]) => ({ x: Number(x), width: Number(width) }));
    expect(second?.x).toBeCloseTo((first?.x ?? 0) + (first?.width ?? 0), 0);
    expect((second?.width ?? 0) / (first?.width ?? 1)).toBeCloseTo(1.5, 1);
    expect(svg).toContain('>100.0 µs<');
  });
});
