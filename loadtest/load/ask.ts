/** A request that a load sends, in a form that crosses a process boundary as JSON. */
export type Ask = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How `body` stands here; text unless told. */
  readonly encoding?: 'base64';
};

export function jsonAsk(path: string, body: string): Ask {
  return { path, headers: { 'content-type': 'application/json' }, body };
}

export function bodyBytes({ body, encoding }: Ask): Buffer {
  return Buffer.from(body, encoding ?? 'utf8');
}

/** The whole request as it goes over the wire, made once and sent many times. */
export function wireBytes(ask: Ask): Buffer {
  const body = bodyBytes(ask);
  const headers = Object.entries(ask.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head =
    `POST ${ask.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers.join('')}` +
    `content-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}
