/** What `top` reads of the text of `/metrics`: Prometheus's exposition format. */

export type Labels = Readonly<Record<string, string>>;
export type Sample = { readonly labels: Labels; readonly value: number };

/** Samples by the name of their metric. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const LINE = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)/;
const LABEL = /(?<name>\w+)="(?<value>(?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

export function readExposition(text: string): Samples {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const { name, labels = '', value } = LINE.exec(line)?.groups ?? {};
    if (name === undefined || value === undefined) continue;
    const list = samples.get(name) ?? [];
    list.push({ labels: readLabels(labels), value: readValue(value) });
    samples.set(name, list);
  }
  return samples;
}

function readLabels(text: string): Labels {
  const labels: Record<string, string> = {};
  for (const { groups } of text.matchAll(LABEL)) {
    if (groups?.name === undefined) continue;
    labels[groups.name] = (groups.value ?? '').replace(
      /\\(.)/g,
      (_, char) => ESCAPES[char] ?? char,
    );
  }
  return labels;
}

function readValue(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
}

/** The sum of those samples of a metric whose labels are wanted. */
export function sumOf(
  samples: Samples,
  name: string,
  isWanted: (labels: Labels) => boolean = () => true,
): number {
  let sum = 0;
  for (const { labels, value } of samples.get(name) ?? []) if (isWanted(labels)) sum += value;
  return sum;
}
