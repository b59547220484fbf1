/** What the master knows of a request's client, for `request.ip`, `request.protocol` and the like. */
export type ClientFacts = {
  /** '' when unknown, as on a Unix socket. */
  readonly address: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly isHttp10: boolean;
};
