/** Every prediction that a page asks for with curl, as a newcomer pastes it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { ask, type ModelApp, modelApp } from './model-app.js';

type Command = {
  readonly url: string;
  readonly contentType: string | undefined;
  readonly body: string;
  /** What the page says comes back, up to the first thing it leaves out. */
  readonly reply: string;
};

const CURL =
  /^curl[^\n]*?:8000(?<url>\/\S+)(?<headers>[^']*(?:'[cC]ontent-[tT]ype: (?<contentType>[^']+)'[^']*)?)-d '(?<body>[^']+)'\n(?:```\n+(?:→ `|```\n)|# )(?<reply>\{"[^…\n`]*)/gm;

let app: ModelApp;

beforeAll(async () => {
  app = await modelApp([pathOf('models')], 'digits-mlp');
});

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

function commandsOf(page: string): Command[] {
  return [...readFileSync(pathOf(page), 'utf8').matchAll(CURL)].map(({ groups = {} }) => ({
    url: groups.url ?? '',
    contentType: groups.contentType,
    body: groups.body ?? '',
    // The last digits that are shown may be cut, not rounded.
    reply: (groups.reply ?? '').replace(/[\d.]*(?:, )?$/, ''),
  }));
}

test.each([
  ['README.md', 1],
  ['models/README.md', 4],
  ['docs/protocols.md', 2],
])('%s', async (page, count) => {
  const commands = commandsOf(page);
  expect(commands).toHaveLength(count);
  for (const { url, contentType, body, reply } of commands) {
    // What curl says by itself is a form, which we refuse.
    const headers = { 'content-type': contentType ?? 'application/x-www-form-urlencoded' };
    const answer = await ask(app.app, { method: 'POST', url, headers, body });
    expect([url, answer.status]).toEqual([url, 200]);
    expect(answer.text.slice(0, reply.length)).toBe(reply);
  }
});
