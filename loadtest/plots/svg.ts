/** The frame of every plot: paper, title, legend; pure text. */
export const WIDTH = 720;

/** Told apart on light and dark paper, and by most who do not see all colours. */
const COLOURS: readonly string[] = ['#2f81f7', '#e8833a', '#2da44e', '#a371f7', '#8b949e'];

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 14px; font-weight: 600 }
  .paper { fill: #ffffff } .grid { stroke: #d0d7de } .axis { stroke: #57606a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .paper { fill: #0d1117 } .grid { stroke: #30363d } .axis { stroke: #8b949e }
  }`;

export function svg(height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>`,
    text(16, 24, title, 'class="title"'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** One line of names with their colours. */
export function legend(names: readonly string[], y: number): string[] {
  let x = 16;
  return names.flatMap((name, at) => {
    const square = `<rect x="${x}" y="${y - 9}" width="10" height="10" rx="2" fill="${colour(at)}"/>`;
    const word = text(x + 15, y, name);
    // Letters are some 7 wide; a legend that is a little too wide harms nobody.
    x += 35 + name.length * 7;
    return [square, word];
  });
}

export function text(x: number, y: number, words: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(words)}</text>`;
}

export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  kind: string,
): string {
  const [x1, y1] = from.map(round);
  const [x2, y2] = to.map(round);
  return `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

export function colour(at: number): string {
  return COLOURS[at % COLOURS.length] ?? '#888888';
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
