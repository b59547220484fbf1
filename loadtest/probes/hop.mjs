// What one more process on the way costs at least: servers on bare sockets that answer whatever
// comes with the same bytes, after as much work as is asked for. `direct` does the work itself;
// `behind` asks processes behind it in turn, as a master asks its workers: at once when it has
// nothing else to do, else with all that came in one turn of the event loop in one write. No HTTP
// is read, nothing is decided.
//
//   node hop.mjs direct WORK_MS
//   node hop.mjs behind WORK_MS WORKERS
import { spawn } from 'node:child_process';
import { createServer, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** As long as a request and a reply are on a link, and an answer. */
const REQUEST_BYTES = 250;
const REPLY_BYTES = 270;
const BODY = 'a'.repeat(300);
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
const LINK_FD = 3;

const [role, workMs, workers] = process.argv.slice(2);
if (role === 'worker') beWorker();
else if (role === 'direct') beDirect();
else if (role === 'behind') beMaster(Number(workers));
else throw new Error('hop.mjs direct|behind WORK_MS [WORKERS]');

function work() {
  const startedMs = performance.now();
  while (performance.now() - startedMs < workMs);
}

function beDirect() {
  listen((socket) => {
    work();
    answer(socket);
  });
}

function beWorker() {
  const link = new Socket({ fd: LINK_FD });
  const whole = wholeMessages(REQUEST_BYTES);
  link.on('data', (bytes) => {
    const count = whole(bytes);
    for (let at = 0; at < count; at++) work();
    if (count > 0) link.write(Buffer.alloc(REPLY_BYTES * count, 'r'));
  });
}

function beMaster(count) {
  const links = Array.from({ length: count }, openLink);
  let turn = 0;
  listen((socket) => links[turn++ % count].ask(socket));
}

/** A worker answers in the order in which it was asked. */
function openLink() {
  const worker = spawn(process.execPath, [fileURLToPath(import.meta.url), 'worker', workMs], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  process.on('exit', () => worker.kill());
  const link = worker.stdio[LINK_FD];
  const whole = wholeMessages(REPLY_BYTES);
  let asked = [];
  let unsent = 0;
  const send = () => {
    link.write(Buffer.alloc(REQUEST_BYTES * unsent, 'q'));
    unsent = 0;
  };
  link.on('data', (bytes) => {
    const count = whole(bytes);
    for (let at = 0; at < count; at++) answer(asked[at]);
    asked = asked.slice(count);
  });
  return {
    ask(socket) {
      asked.push(socket);
      unsent++;
      if (asked.length === 1) send();
      else if (unsent === 1) setImmediate(send);
    },
  };
}

function wholeMessages(size) {
  let rest = 0;
  return ({ length }) => {
    const count = Math.floor((rest + length) / size);
    rest = (rest + length) % size;
    return count;
  };
}

function answer(socket) {
  socket.write(ANSWER, 'latin1');
}

function listen(asked) {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => asked(socket));
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ msg: 'listening', port: server.address().port }));
  });
  process.on('SIGTERM', () => process.exit(0));
}
