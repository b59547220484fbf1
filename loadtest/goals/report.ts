/** The Markdown of what was measured; pure. */
import { table } from '../report.js';
import type { GoalResult, Verdict } from './goal.js';

/** The table of goals, then what is behind each. @param folder where the plots lie, from the report */
export function goalReport(results: readonly GoalResult[], folder: string): string {
  return [goalTable(results), ...results.map((result) => section(result, folder))].join('\n');
}

export function goalTable(results: readonly GoalResult[]): string {
  const rows = results.flatMap(({ title, verdicts }) =>
    verdicts.map((verdict) => [title, verdict.of, verdict.goal, verdict.measured, word(verdict)]),
  );
  return table(['', 'what', 'goal', 'measured', ''], rows);
}

function section(result: GoalResult, folder: string): string {
  const { title, method, seconds, busyBefore, tables, plots } = result;
  const others = `others used ${(busyBefore * 100).toFixed(0)} % of the CPUs before`;
  const parts = [`## ${title}\n`, `${method} (${seconds.toFixed(0)} s; ${others})\n`];
  for (const { title: caption, head, rows } of tables ?? []) {
    parts.push(`${caption}:\n`, table(head, rows));
  }
  for (const plot of plots ?? []) parts.push(`![${plot.title}](${folder}/${plot.name}.svg)\n`);
  return parts.join('\n');
}

function word({ isMet }: Verdict): string {
  if (isMet === undefined) return 'not measured';
  return isMet ? 'met' : '**not met**';
}
