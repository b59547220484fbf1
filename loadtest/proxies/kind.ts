/** How one kind of proxy is run in the foreground, with all it writes in one folder. */
export type ProxyKind = {
  readonly command: string;
  /** In deploy/. */
  readonly config: string;
  /** The text of deploy/ with another upstream and port. */
  adapted(text: string, upstream: string, port: number): string;
  /** Files of the folder; `site` is what was adapted. */
  files(folder: string, site: string, port: number): Readonly<Record<string, string>>;
  args(folder: string): readonly string[];
};
