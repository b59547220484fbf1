// What one more process on the way costs at least: two servers on bare sockets that answer whatever
// comes with the same bytes, after so much work as a small model takes. `direct` does the work
// itself; `behind` asks a process behind it, as a master asks a worker. No HTTP is read, nothing
// is decided.
//
//   node hop.mjs direct|behind
import { spawn } from 'node:child_process';
import { createServer, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** About what the server written by hand does for a request, in milliseconds. */
const WORK_MS = 0.08;
/** As long as a request and a reply are on a link, and an answer. */
const REQUEST = Buffer.alloc(250, 'q');
const REPLY = Buffer.alloc(270, 'r');
const BODY = 'a'.repeat(300);
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
);
const LINK_FD = 3;

const [role] = process.argv.slice(2);
if (role === 'worker') beWorker();
else if (role === 'direct') beDirect();
else if (role === 'behind') beMaster();
else throw new Error('hop.mjs direct|behind');

function work() {
  const startedMs = performance.now();
  while (performance.now() - startedMs < WORK_MS);
}

function beDirect() {
  listen((answer) => {
    work();
    answer();
  });
}

function beWorker() {
  const link = new Socket({ fd: LINK_FD });
  link.on('data', () => {
    work();
    link.write(REPLY);
  });
}

function beMaster() {
  const worker = spawn(process.execPath, [fileURLToPath(import.meta.url), 'worker'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const link = worker.stdio[LINK_FD];
  // There is one client, with one request at a time.
  let answerLast = () => {};
  link.on('data', () => answerLast());
  listen((answer) => {
    answerLast = answer;
    link.write(REQUEST);
  });
  process.on('exit', () => worker.kill());
}

function listen(asked) {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => asked(() => socket.write(ANSWER)));
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ msg: 'listening', port: server.address().port }));
  });
  process.on('SIGTERM', () => process.exit(0));
}
