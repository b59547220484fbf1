import { describe, expect, it } from 'vitest';
import { needsNoPlace } from '../../../../src/queue/units/standby.js';
import { ModelLimits } from '../../../../src/queue/waiting/model-limits.js';
import { FakeRequest } from '../fake-request.js';

const ANY = Number.POSITIVE_INFINITY;

/** A request, and one that runs, of the same model or of another; the model's limit, and how many count in it. */
type Case = {
  readonly most: number;
  readonly inFlight: number;
  readonly behind: 'its own' | 'another' | 'nobody';
  readonly streams?: boolean;
  readonly needsNone: boolean;
};

const CASES: readonly Case[] = [
  { most: ANY, inFlight: 5, behind: 'its own', needsNone: true },
  { most: ANY, inFlight: 5, behind: 'another', needsNone: true },
  { most: 1, inFlight: 1, behind: 'its own', needsNone: true },
  { most: 8, inFlight: 3, behind: 'its own', needsNone: true },
  { most: 8, inFlight: 3, behind: 'another', needsNone: false },
  { most: 8, inFlight: 3, behind: 'nobody', needsNone: false },
  { most: 2, inFlight: 3, behind: 'its own', needsNone: false },
  { most: 8, inFlight: 3, behind: 'its own', streams: true, needsNone: false },
];

describe('needsNoPlace', () => {
  it.each(CASES)(
    'of $most, $inFlight at workers, behind $behind, streams: $streams: $needsNone',
    ({ most, inFlight, behind, streams = false, needsNone }) => {
      const limits = new ModelLimits();
      limits.workersAre(8);
      const told = most === ANY ? {} : { maxInFlight: most };
      limits.learn([{ name: 'm', isStreaming: streams, ...told }, { name: 'other' }]);
      const [request, running] = [1, 2].map((arrival) => new FakeRequest(arrival)) as [
        FakeRequest,
        FakeRequest,
      ];
      request.limit = limits.of('m');
      running.limit = limits.of(behind === 'its own' ? 'm' : 'other');
      request.limit.count(inFlight);
      expect(needsNoPlace(request, behind === 'nobody' ? undefined : running)).toBe(needsNone);
    },
  );
});
