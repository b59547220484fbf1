/** The servers that Python users have, with the same logistic regression. */
import { checkAnswers } from '../answers.js';
import { readSamples } from '../digits.js';
import { jsonAsk } from '../load/ask.js';
import { type Round, runRound } from '../round.js';
import { startForkcast } from '../servers/forkcast.js';
import { GUNICORN, isInstalled, type Peer, startPeer, UVICORN } from '../servers/peers.js';
import type { Running } from '../servers/running.js';
import { together } from '../servers/together.js';
import { alternate } from './alternate.js';
import { roundLine } from './digits-rounds.js';
import type { Finding, Goal, Trial, Verdict } from './goal.js';
import { ROUND_HEAD, roundRow } from './round-table.js';
import { atLeast, notMeasured, ratiosOf } from './verdict.js';

const WORKERS = 2;
const MODEL = 'digits-lr';
const PEERS = [
  { peer: GUNICORN, goal: 10 },
  { peer: UVICORN, goal: 3 },
] as const;

export const peers: Goal = {
  name: 'peers',
  title: 'against Python servers',
  method: `${MODEL} in all, one row a request, 64 keep-alive connections of bare sockets, ${WORKERS} workers each, one thread for numerics. gunicorn with threads (its plain workers close each connection), uvicorn with uvloop and httptools.`,
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const there = PEERS.filter(({ peer }) => isInstalled(peer));
  const missing = PEERS.filter(({ peer }) => !isInstalled(peer));
  const [ours = [], ...theirs] = await rounds(
    trial,
    there.map(({ peer }) => peer),
  );
  const speed = (list: readonly Round[]) => list.map((round) => round.requestsPerSecond);
  const cpu = (list: readonly Round[]) => list.map((round) => round.cpuMicros);
  const verdicts = there.flatMap(({ peer, goal }, at): Verdict[] => {
    const other = theirs[at] ?? [];
    return [
      atLeast(`${peer.name}: throughput`, goal, ratiosOf(speed(ours), speed(other))),
      // How many of our requests one of theirs would pay for.
      atLeast(`${peer.name}: CPU per request`, goal, ratiosOf(cpu(other), cpu(ours))),
    ];
  });
  const why = 'not installed: bash loadtest/peers/install.sh';
  return {
    verdicts: [
      ...verdicts,
      ...missing.map(({ peer, goal }) => notMeasured(peer.name, `≥ ${goal} ×`, why)),
    ],
    tables: [
      {
        title: MODEL,
        head: ROUND_HEAD,
        rows: [
          roundRow('forkcast', ours),
          ...there.map(({ peer }, at) => roundRow(peer.name, theirs[at] ?? [])),
        ],
      },
    ],
    figures: { ours, theirs },
  };
}

function rounds(trial: Trial, chosen: readonly Peer[]): Promise<Round[][]> {
  const samples = readSamples(MODEL, 50);
  const asks = samples.slice(0, 8).map(({ body }) => jsonAsk('/predict', body));
  const load = { kind: 'sockets', connections: 64, seconds: trial.seconds(5, 2) } as const;
  const starts = [
    () => startForkcast({ serves: `models/${MODEL}`, workers: WORKERS }),
    ...chosen.map((peer) => () => startPeer(peer, WORKERS)),
  ];
  return together(starts, async (servers) => {
    for (const server of servers) {
      await checkAnswers(server, samples);
      await runRound(server, { ...load, port: server.port, asks, seconds: 3 });
    }
    const run = async (server: Running, number: number) => {
      const round = await runRound(server, { ...load, port: server.port, asks });
      trial.note(roundLine(server.name, load, number, round));
      return round;
    };
    const measured = await alternate(servers, trial.rounds(5, 2), run);
    for (const server of servers) await checkAnswers(server, samples);
    return measured;
  });
}
